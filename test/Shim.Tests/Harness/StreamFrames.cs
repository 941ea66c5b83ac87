using System.Buffers.Binary;
using System.Text;

namespace Sampan.Shim.Tests.Harness;

/// <summary>Reads what an attached stream gives.</summary>
public static class StreamFrames
{
    /// <summary>All of stdout and of stderr, to the end.</summary>
    public static async Task<(string Stdout, string Stderr)> ReadAllAsync(Stream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, TestContainer.Patience);
        var bytes = all.ToArray().AsSpan();
        MemoryStream[] outputs = [new(), new(), new()];
        while (!bytes.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[4..]);
            outputs[bytes[0]].Write(bytes.Slice(8, length));
            bytes = bytes[(8 + length)..];
        }
        return (Encoding.UTF8.GetString(outputs[1].ToArray()), Encoding.UTF8.GetString(outputs[2].ToArray()));
    }

    /// <summary>Raw text of a terminal up to and with <paramref name="end"/>.</summary>
    public static async Task<string> ReadUntilAsync(Stream stream, string end)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!text.ToString().Contains(end, StringComparison.Ordinal))
        {
            int got = await stream.ReadAsync(buffer, TestContainer.Patience);
            if (got == 0) throw new EndOfStreamException($"'{end}' did not come in '{text}'");
            text.Append(Encoding.UTF8.GetString(buffer, 0, got));
        }
        return text.ToString();
    }
}
