namespace Sampan.Cli.Containers.Copying;

/// <summary>One end of a copy: CONTAINER:PATH, a local path, or "-" for a tar on a standard stream.</summary>
/// <param name="Container">Empty for a local path.</param>
internal sealed record CopyPath(string Container, string Path)
{
    public bool IsStream => Container.Length == 0 && Path == "-";

    /// <summary>A colon makes a container's path, unless the text begins as local paths do: "/a:b", "./a:b".</summary>
    public static CopyPath Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.StartsWith('/') || text.StartsWith('.') ? new CopyPath("", text) : new CopyPath(text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Absolute and clean, with what the end says kept: "/" is a directory, "/." its content.</summary>
    public static string Absolute(string path)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (IsContent(path)) return full == "/" ? "/." : full + "/.";
        return path.EndsWith('/') && full != "/" ? full + "/" : full;
    }

    /// <summary>Folder and last element; the last of "a/." is ".", that of "/" is "/".</summary>
    public static (string Folder, string Name) Split(string path)
    {
        if (IsContent(path)) return (path.Length > 2 ? path[..^2] : "/", ".");
        string trimmed = path.TrimEnd('/');
        if (trimmed.Length == 0) return ("/", "/");
        int slash = trimmed.LastIndexOf('/');
        return (slash > 0 ? trimmed[..slash] : slash == 0 ? "/" : ".", trimmed[(slash + 1)..]);
    }

    /// <summary>The path says that it is a directory.</summary>
    public static bool AssertsDirectory(string path) => path.EndsWith('/') || IsContent(path);

    private static bool IsContent(string path) => path == "." || path.EndsWith("/.", StringComparison.Ordinal);
}
