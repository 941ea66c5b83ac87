namespace Sampan.Cli.Grammar;

/// <summary>"key=value" given many times; a key alone has the empty value, and the last of a key counts.</summary>
internal static class KeyValues
{
    /// <returns>Empty for none.</returns>
    public static Dictionary<string, string> Parse(IReadOnlyList<string> texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            if (equals < 0) pairs[text] = "";
            else pairs[text[..equals]] = text[(equals + 1)..];
        }
        return pairs;
    }
}
