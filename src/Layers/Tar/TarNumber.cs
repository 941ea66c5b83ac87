namespace Sampan.Layers.Tar;

/// <summary>Numbers in tar headers and pax records.</summary>
internal static class TarNumber
{
    /// <summary>An octal field "0000644\0", or GNU's base-256 form: first bit set, the rest is big-endian two's complement.
    /// An empty field is 0.</summary>
    internal static bool TryParseField(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0) return TryParseBinary(field, out value);
        field = field.Trim(" \0"u8);
        int end = field.IndexOfAny((byte)' ', (byte)0);
        if (end >= 0) field = field[..end];
        if (field.Length > 21) return false;
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value >> 60 != 0) return false;
            value = value << 3 | (uint)(digit - '0');
        }
        return true;
    }

    private static bool TryParseBinary(ReadOnlySpan<byte> field, out long value)
    {
        bool negative = (field[0] & 0x40) != 0;
        value = negative ? -1 : 0;
        for (int i = 0; i < field.Length; i++)
        {
            // 0x80 is the mark, not part of the number; for a negative one it is a set sign bit anyway.
            byte digit = i == 0 && !negative ? (byte)(field[0] & 0x7f) : field[i];
            if (value >> 55 != (negative ? -1 : 0)) return false;
            value = value << 8 | digit;
        }
        return true;
    }

    /// <summary>A pax record's decimal: "1700000000", "-5".</summary>
    internal static bool TryParseDecimal(ReadOnlySpan<byte> text, out long value)
        => System.Buffers.Text.Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;

    /// <summary>A pax record's time: "1700000000.123456789", any number of digits, negative before 1970.</summary>
    internal static bool TryParseTime(ReadOnlySpan<byte> text, out TarTime time)
    {
        time = default;
        bool negative = text.Length > 0 && text[0] == '-';
        int dot = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = dot < 0 ? text : text[..dot], fraction = dot < 0 ? default : text[(dot + 1)..];
        if (!TryParseDecimal(whole, out long seconds)) return false;
        uint nanoseconds = 0;
        for (int i = 0; i < 9; i++)
        {
            uint digit = i < fraction.Length ? (uint)(fraction[i] - '0') : 0;
            if (digit > 9) return false;
            nanoseconds = nanoseconds * 10 + digit;
        }
        if (negative && nanoseconds > 0) (seconds, nanoseconds) = (seconds - 1, 1_000_000_000 - nanoseconds);
        time = new TarTime(seconds, nanoseconds);
        return true;
    }
}
