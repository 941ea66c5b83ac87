namespace Sampan.Layers.Archives;

/// <summary>A path of the container archive API: made absolute and cleaned of ".", ".." and "//" as text, with "/." or "/" at its end kept, for both say
/// "what it leads to", not "the link".</summary>
internal readonly record struct ArchivePath
{
    /// <summary>Absolute; "/", "/etc", "/etc/" or "/etc/.".</summary>
    internal string Text { get; }

    private ArchivePath(string text) => Text = text;

    /// <summary>All before the last element, with the slash.</summary>
    internal string Directory => Text[..(Text.LastIndexOf('/') + 1)];

    /// <summary>The last element; "" or "." when the directory itself is meant.</summary>
    internal string Last => Text[(Text.LastIndexOf('/') + 1)..];

    internal bool IsDirectoryItself => Last is "" or ".";

    /// <summary>What Docker calls the path: its last element, "/" for the root, "." where the path ends so.</summary>
    internal string BaseName => Text == "/" ? "/" : Last.Length > 0 ? Last : Text[..^1][(Text[..^1].LastIndexOf('/') + 1)..];

    internal static ArchivePath Parse(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        string clean = "/" + string.Join('/', parts);
        string separator = clean == "/" ? "" : "/";
        if (path is "." || path.EndsWith("/.", StringComparison.Ordinal)) return new ArchivePath($"{clean}{separator}.");
        return new ArchivePath(path.EndsWith('/') ? clean + separator : clean);
    }
}
