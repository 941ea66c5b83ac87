using System.Globalization;
using System.Text;

namespace Sampan.Layers.Tar;

/// <summary>Bytes of a tar for human eyes: somebody else's bytes, in our messages and on somebody's terminal.</summary>
internal static class TarText
{
    private const int Longest = 200;

    /// <summary>UTF-8 where it is; control characters and broken bytes escaped, the middle of very long names left out.</summary>
    internal static string Display(ReadOnlySpan<byte> bytes)
    {
        StringBuilder text = new();
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length);
            if (status != System.Buffers.OperationStatus.Done) text.Append(CultureInfo.InvariantCulture, $"\\x{bytes[0]:x2}");
            else if (Rune.IsControl(rune) || rune.Value is '\'' or '\\') text.Append(Escaped(rune));
            else text.Append(rune.ToString());
            bytes = bytes[length..];
            if (text.Length > Longest && bytes.Length > Longest / 4)
            {
                text.Append('…');
                bytes = bytes[^(Longest / 4)..];
            }
        }
        return text.ToString();
    }

    private static string Escaped(Rune rune) => rune.Value switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '\'' or '\\' => $"\\{(char)rune.Value}",
        _ => $"\\x{rune.Value:x2}",
    };
}
