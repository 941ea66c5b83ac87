using System.Text;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Tests.Client;

public sealed class MultiplexedStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public async Task Frames_are_taken_apart_wherever_the_reads_end(int piece)
    {
        byte[] framed = [.. Frame(1, "out1 "), .. Frame(2, "err1 "), .. Frame(2, ""), .. Frame(1, "out2 "), .. Frame(1, "out3")];
        var (output, error) = await CopyAsync(framed, piece);

        Assert.Equal("out1 out2 out3", output);
        Assert.Equal("err1 ", error);
    }

    [Fact]
    public async Task A_frame_larger_than_any_buffer_comes_through_whole()
    {
        string large = new('x', 300_000);
        var (output, _) = await CopyAsync([.. Frame(1, large), .. Frame(1, "end")], 5000);

        Assert.Equal(large + "end", output);
    }

    [Fact]
    public async Task What_came_before_a_cut_is_kept()
    {
        var (output, _) = await CopyAsync([.. Frame(1, "kept"), .. Frame(1, "half")[..10]], 1000);

        Assert.Equal("keptha", output);
    }

    [Fact]
    public async Task The_engines_own_error_frame_is_an_error()
    {
        var fault = await Assert.ThrowsAsync<FaultException>(() => CopyAsync(Frame(3, "log driver failed"), 4));

        Assert.Equal("error from daemon in stream: log driver failed", fault.Message);
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_are_told() =>
        Assert.Equal("unrecognized stream: 104", (await Assert.ThrowsAsync<FaultException>(() => CopyAsync("hello world"u8.ToArray(), 100))).Message);

    private static byte[] Frame(byte stream, string text)
    {
        byte[] payload = Encoding.UTF8.GetBytes(text);
        return [stream, 0, 0, 0, (byte)(payload.Length >> 24), (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];
    }

    private static async Task<(string Out, string Error)> CopyAsync(byte[] framed, int piece)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        await MultiplexedStream.CopyAsync(new PiecewiseStream(framed, piece), output, error, default);
        return (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }

    /// <summary>Gives so many bytes a read.</summary>
    private sealed class PiecewiseStream(byte[] content, int piece) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
