using System.Globalization;

namespace Sampan.Cli.Grammar;

/// <summary>"512m", "1.5g", "64 KiB": a number and a binary suffix.</summary>
internal static class ByteSize
{
    private const string Units = "kmgtp";

    /// <exception cref="FormatException">invalid size: '…'.</exception>
    public static long Parse(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan();
        int digits = rest.LastIndexOfAnyInRange('0', '9') + 1;
        if (digits == 0 || rest[0] is '-' or '+') throw Invalid(text);
        if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) throw Invalid(text);
        var suffix = rest[digits..];
        if (suffix.StartsWith(" ")) suffix = suffix[1..];
        if (suffix.Length == 0) return (long)number;
        char unit = char.ToLowerInvariant(suffix[0]);
        if (unit == 'b') return suffix.Length == 1 ? (long)number : throw WrongSuffix(suffix);
        int power = Units.IndexOf(unit) + 1;
        if (power == 0 || !(suffix[1..] is "" || suffix[1..].Equals("b", StringComparison.OrdinalIgnoreCase)
            || suffix[1..].Equals("ib", StringComparison.OrdinalIgnoreCase))) throw WrongSuffix(suffix);
        double bytes = number * Math.Pow(1024, power);
        return bytes < long.MaxValue ? (long)bytes : throw Invalid(text);
    }

    private static FormatException WrongSuffix(ReadOnlySpan<char> suffix) => new($"invalid suffix: '{suffix}'");

    private static FormatException Invalid(string text) => new($"invalid size: '{text}'");
}
