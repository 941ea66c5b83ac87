namespace Sampan.Cli.Containers.Creation;

/// <summary>-v [source:]target[:options]. The engine judges it; here only what needs the client's side: relative paths, and anonymous volumes.</summary>
internal static class VolumeSyntax
{
    /// <returns>The bind to send; null when it is an anonymous volume.</returns>
    /// <exception cref="FormatException">Empty.</exception>
    public static string? ToBind(string text)
    {
        if (text.Length == 0) throw new FormatException("invalid empty volume spec");
        int colon = text.IndexOf(':');
        if (colon < 0)
        {
            if (text.StartsWith('.') || text.StartsWith('~')) throw new FormatException($"invalid volume spec '{text}': a source alone; write source:target");
            return null;
        }
        string source = text[..colon];
        return source.StartsWith('.') ? Path.GetFullPath(source) + text[colon..] : text;
    }
}
