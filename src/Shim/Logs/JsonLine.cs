using System.Text;
using System.Buffers;

namespace Sampan.Shim.Logs;

/// <summary>Writes one entry of Docker's json-file log, byte for byte as dockerd's own encoder does.
/// Sample: <c>{"log":"hello\n","stream":"stdout","time":"2026-11-21T01:02:03.123456789Z"}</c></summary>
internal static class JsonLine
{
    // dockerd's encoder escapes what could end a script element, and all controls but \n and \r in the long form.
    private static readonly SearchValues<byte> Special = SearchValues.Create(SpecialBytes());

    private static byte[] SpecialBytes()
    {
        List<byte> bytes = [.. "\"\\<>&"u8];
        for (int b = 0; b < 0x100; b++)
            if (b is < 0x20 or >= 0x80) bytes.Add((byte)b);
        return [.. bytes];
    }

    /// <summary>Room that an entry of <paramref name="length"/> bytes needs at most.</summary>
    public static int MaxSize(int length) => length * 6 + 128;

    /// <param name="into">At least <see cref="MaxSize"/> bytes.</param>
    /// <param name="line">Without its newline.</param>
    /// <param name="complete">A newline followed; false for a piece of a longer line.</param>
    /// <param name="stream">stdout or stderr.</param>
    /// <param name="time">When it was read.</param>
    /// <param name="attributes">A JSON object, in UTF-8; empty for none. <see cref="MaxSize"/> does not count it.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> into, ReadOnlySpan<byte> line, bool complete, ReadOnlySpan<byte> stream, LogTime time, ReadOnlySpan<byte> attributes = default)
    {
        int at = 0;
        Put(into, "{\"log\":\""u8, ref at);
        Escape(into, line, ref at);
        if (complete) Put(into, "\\n"u8, ref at);
        Put(into, "\",\"stream\":\""u8, ref at);
        Put(into, stream, ref at);
        if (!attributes.IsEmpty)
        {
            Put(into, "\",\"attrs\":"u8, ref at);
            Put(into, attributes, ref at);
            Put(into, ",\"time\":\""u8, ref at);
        }
        else Put(into, "\",\"time\":\""u8, ref at);
        at += time.Format(into[at..]);
        Put(into, "\"}\n"u8, ref at);
        return at;
    }

    private static void Escape(Span<byte> into, ReadOnlySpan<byte> text, ref int at)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAny(Special);
            if (plain < 0) plain = text.Length;
            Put(into, text[..plain], ref at);
            text = text[plain..];
            if (text.IsEmpty) return;
            text = text[(text[0] < 0x80 ? EscapeAscii(into, text[0], ref at) : EscapeRune(into, text, ref at))..];
        }
    }

    private static int EscapeAscii(Span<byte> into, byte b, ref int at)
    {
        switch (b)
        {
            case (byte)'"': Put(into, "\\\""u8, ref at); break;
            case (byte)'\\': Put(into, "\\\\"u8, ref at); break;
            case (byte)'\n': Put(into, "\\n"u8, ref at); break;
            case (byte)'\r': Put(into, "\\r"u8, ref at); break;
            default:
                Put(into, "\\u00"u8, ref at);
                into[at++] = "0123456789abcdef"u8[b >> 4];
                into[at++] = "0123456789abcdef"u8[b & 15];
                break;
        }
        return 1;
    }

    private static int EscapeRune(Span<byte> into, ReadOnlySpan<byte> text, ref int at)
    {
        if (Rune.DecodeFromUtf8(text, out var rune, out int length) != OperationStatus.Done)
        {
            Put(into, "\\ufffd"u8, ref at);
            return 1; // one escape for each byte that is not UTF-8
        }
        if (rune.Value is 0x2028 or 0x2029) Put(into, rune.Value == 0x2028 ? "\\u2028"u8 : "\\u2029"u8, ref at);
        else Put(into, text[..length], ref at);
        return length;
    }

    private static void Put(Span<byte> into, ReadOnlySpan<byte> bytes, ref int at)
    {
        bytes.CopyTo(into[at..]);
        at += bytes.Length;
    }
}
