namespace Sampan.Cli.Grammar;

/// <summary>How many arguments a command takes.</summary>
internal readonly record struct ArgumentCount(int Least, int Most)
{
    public static ArgumentCount None => new(0, 0);

    public static ArgumentCount Any => new(0, int.MaxValue);

    public static ArgumentCount AtLeast(int count) => new(count, int.MaxValue);

    public static ArgumentCount Exactly(int count) => new(count, count);

    public static ArgumentCount Between(int least, int most) => new(least, most);

    /// <returns>What is wrong with this many, in docker's words; null when nothing is.</returns>
    public string? Judge(int count)
    {
        if (count >= Least && count <= Most) return null;
        if (Most == 0) return "accepts no arguments";
        if (Least == Most) return $"requires {Plural(Least)}";
        if (Most == int.MaxValue) return $"requires at least {Plural(Least)}";
        if (Least == 0) return $"requires at most {Plural(Most)}";
        return $"requires at least {Least} and at most {Plural(Most)}";
    }

    private static string Plural(int count) => count == 1 ? "1 argument" : $"{count} arguments";
}
