using Sampan.Engine.Attach;

namespace Sampan.Engine.Tests;

public sealed class FrameReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Stdout_is_taken_out_of_frames_that_come_in_any_pieces(int piece)
    {
        byte[] stream = [1, 0, 0, 0, 0, 0, 0, 2, .. "ab"u8, 2, 0, 0, 0, 0, 0, 0, 3, .. "err"u8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, .. "c"u8];
        var reader = new FrameReader();
        var got = new List<byte>();
        foreach (byte[] part in stream.Chunk(piece))
            got.AddRange(part[..reader.Keep(part)]);
        Assert.Equal("abc"u8.ToArray(), got);
    }
}
