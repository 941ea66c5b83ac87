using Sampan.Faults;
using Sampan.ShimClient;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;
using Sampan.Specs;

namespace Sampan.Shim.Tests;

public sealed class ProtocolTests
{
    /// <summary>Bytes as containerd 1.6 sent them for <c>ctr run</c>, shortened.</summary>
    [Fact]
    public void A_create_request_of_containerd_is_understood()
    {
        byte[] sent = Convert.FromHexString(
            "0A0163" + "12022F62" + "1A1F0A076F7665726C617912076F7665726C617922" + "0B6C6F7765726469723D2F61" + "2001" + "2A022F69" + "32022F6F");
        var request = TaskCreateRequest.Read(sent);
        Assert.Equal(("c", "/b", true, "/i", "/o", ""), (request.Id, request.Bundle, request.Terminal, request.Stdin, request.Stdout, request.Stderr));
        var mount = Assert.Single(request.Rootfs);
        Assert.Equal(("overlay", "overlay", "lowerdir=/a"), (mount.Type, mount.Source, Assert.Single(mount.Options)));
    }

    [Fact]
    public void Requests_and_states_come_back_as_they_were_written()
    {
        var create = new TaskCreateRequest
        {
            Id = "id", Bundle = "/bundle", Terminal = true, Stdin = "a", Stdout = "b", Stderr = new string('c', 300),
            Rootfs = [new Mount("overlay", "overlay", ["lowerdir=/a:/b", "upperdir=/u"]), new Mount("bind", "/x", [])],
        };
        var read = TaskCreateRequest.Read(Written(create.Write));
        Assert.Equal(create with { Rootfs = [] }, read with { Rootfs = [], Options = default });
        Assert.Equal(create.Rootfs.Select(m => (m.Type, m.Source, string.Join(',', m.Options))), read.Rootfs.Select(m => (m.Type, m.Source, string.Join(',', m.Options))));

        var state = new TaskState
        {
            Id = "id", Bundle = "/b", Pid = 4_194_304, Status = ProcessStatus.Stopped, ExitStatus = 255, ExecId = "e",
            ExitedAt = DateTimeOffset.UnixEpoch.AddTicks(1_234_567_890_123_456_7),
        };
        Assert.Equal(state, TaskState.Read(Written(state.Write)));

        var exit = new TaskExit { ExitStatus = 137, ExitedAt = DateTimeOffset.UnixEpoch.AddTicks(-5), OomKilled = true };
        Assert.Equal(exit, TaskExit.ReadWait(Written(exit.WriteWait)));
    }

    [Theory]
    [InlineData("0A")]                     // no length
    [InlineData("0A05616263")]             // shorter than it says
    [InlineData("0AFFFFFFFFFFFFFFFFFFFF01")] // a length past any memory
    [InlineData("08FFFFFFFFFFFFFFFFFFFFFF01")] // a number longer than ten bytes
    [InlineData("00")]                     // field 0
    [InlineData("0B")]                     // a group
    [InlineData("0801")]                   // a number where a string belongs
    [InlineData("0A02C328")]               // not UTF-8
    public void What_is_not_such_a_message_is_refused(string hex) =>
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => ProcessCall.Read(Convert.FromHexString(hex))).Kind);

    [Fact]
    public void Random_bytes_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(1);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            try
            {
                TaskCreateRequest.Read(bytes);
                TtrpcRequest.Read(bytes);
                TtrpcResponse.Read(bytes);
            }
            catch (FaultException e)
            {
                Assert.Equal(FaultKind.InvalidArgument, e.Kind);
            }
        }
    }

    [Fact]
    public void Unknown_fields_of_a_newer_peer_are_skipped()
    {
        byte[] sent = Written(writer =>
        {
            writer.String(1, "id");
            writer.UInt64(50, 7);
            writer.String(51, "new");
            writer.String(2, "exec");
        });
        Assert.Equal(("id", "exec"), (ProcessCall.Read(sent).Id, ProcessCall.Read(sent).ExecId));
    }

    [Fact]
    public void A_frame_header_is_ten_bytes_big_endian()
    {
        byte[] bytes = new byte[FrameHeader.Size];
        new FrameHeader(0x010203, 5, FrameType.Response).Format(bytes);
        Assert.Equal("00010203000000050200", Convert.ToHexString(bytes));
        Assert.Equal(new FrameHeader(0x010203, 5, FrameType.Response), FrameHeader.Parse(bytes));
        Assert.Equal(int.MaxValue, FrameHeader.Parse([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, 1, 0]).Length);
    }

    private static byte[] Written(Action<ProtobufWriter> write)
    {
        var writer = new ProtobufWriter(capacity: 1);
        write(writer);
        return writer.Written.ToArray();
    }
}
