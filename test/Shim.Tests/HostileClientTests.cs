using System.Net.Sockets;
using Sampan.Shim.Tests.Harness;
using Sampan.ShimClient;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;

namespace Sampan.Shim.Tests;

public sealed class HostileClientTests
{
    [Fact]
    public async Task Random_frames_on_both_sockets_neither_end_the_shim_nor_disturb_its_container()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        var random = new Random(20261121);
        for (int round = 0; round < 300; round++)
        {
            using var socket = Connect(round % 3 == 0 ? container.AttachSocketPath : container.SocketPath);
            for (int frame = 0; frame < 5; frame++)
            {
                byte[] bytes = round % 2 == 0 ? Random(random) : Mutated(random);
                try
                {
                    socket.Send(bytes);
                }
                catch (SocketException)
                {
                    break; // hung up on
                }
            }
        }
        Assert.Equal(ProcessStatus.Running, (await container.Client.StateAsync("", TestContainer.Patience)).Status);
    }

    [Fact]
    public async Task A_frame_that_is_too_long_is_refused_and_hung_up_on()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        using var socket = Connect(container.SocketPath);
        byte[] header = new byte[FrameHeader.Size];
        new FrameHeader(FrameHeader.MaxLength + 1, 1, FrameType.Request).Format(header);
        socket.Send(header);
        Assert.Equal(StatusCode.ResourceExhausted, Receive(socket).Code);
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    [Theory]
    [InlineData("containerd.task.v2.Task", "NoSuchMethod", 1u, 12)]
    [InlineData("no.such.Service", "State", 1u, 12)]
    [InlineData("containerd.task.v2.Task", "State", 2u, 3)]
    public async Task A_call_that_cannot_be_is_answered_with_its_status(string service, string method, uint stream, int expected)
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        using var socket = Connect(container.SocketPath);
        socket.Send(Request(service, method, stream));
        Assert.Equal((StatusCode)expected, Receive(socket).Code);
        socket.Send(Request("containerd.task.v3.Task", "State", 3)); // the connection still works
        Assert.Equal(StatusCode.Ok, Receive(socket).Code);
    }

    [Fact]
    public async Task A_peer_that_sends_byte_by_byte_is_served()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        using var socket = Connect(container.SocketPath);
        foreach (byte b in Request(TaskClient.Service, "State", 1)) socket.Send([b]);
        Assert.Equal(StatusCode.Ok, Receive(socket).Code);
    }

    private static Socket Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000, SendTimeout = 60_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private static byte[] Random(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Mutated(Random random)
    {
        string[] methods = ["State", "Wait", "Exec", "ResizePty", "CloseIO", "Pids", "Stats", "Connect", "Checkpoint", "Create"]; // those that end nothing
        byte[] bytes = Request(TaskClient.Service, methods[random.Next(methods.Length)], (uint)random.Next(0, 9));
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] Request(string service, string method, uint stream)
    {
        var writer = new ProtobufWriter();
        writer.Raw(new byte[FrameHeader.Size]);
        new TtrpcRequest { Service = service, Method = method, Payload = [] }.Write(writer);
        new FrameHeader(writer.Length - FrameHeader.Size, stream, FrameType.Request).Format(writer.WrittenSpan[..FrameHeader.Size]);
        return writer.Written.ToArray();
    }

    private static (StatusCode Code, string? Message) Receive(Socket socket)
    {
        byte[] header = Exactly(socket, FrameHeader.Size);
        var response = TtrpcResponse.Read(Exactly(socket, FrameHeader.Parse(header).Length));
        return (response.Code, response.Message);
    }

    private static byte[] Exactly(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int got = socket.Receive(bytes.AsSpan(have));
            if (got == 0) throw new EndOfStreamException();
            have += got;
        }
        return bytes;
    }
}
