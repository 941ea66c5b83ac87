namespace Sampan.Cli.Formatting;

/// <summary>Names as people count: "web2" before "web10". Runs of digits compare as numbers, everything else by its bytes.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Comparer { get; } = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (a.Length > 0 && b.Length > 0)
        {
            int digitsOfA = Digits(a), digitsOfB = Digits(b);
            if (digitsOfA == 0 || digitsOfB == 0)
            {
                if (a[0] != b[0]) return a[0].CompareTo(b[0]);
                a = a[1..];
                b = b[1..];
                continue;
            }
            var numberA = a[..digitsOfA].TrimStart('0');
            var numberB = b[..digitsOfB].TrimStart('0');
            int order = numberA.Length != numberB.Length ? numberA.Length.CompareTo(numberB.Length) : numberA.SequenceCompareTo(numberB);
            if (order == 0) order = digitsOfA.CompareTo(digitsOfB); // fewer leading zeros first
            if (order != 0) return order;
            a = a[digitsOfA..];
            b = b[digitsOfB..];
        }
        return a.Length.CompareTo(b.Length);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int other = text.IndexOfAnyExceptInRange('0', '9');
        return other < 0 ? text.Length : other;
    }
}
