namespace Sampan.Engine.Logs;

/// <summary>The files of one json-file log: <c>&lt;id&gt;-json.log</c> now, <c>.1</c>, <c>.2</c> … before it.</summary>
internal static class LogFiles
{
    public static string PathOf(string containerFolder, string id) => Path.Combine(containerFolder, $"{id}-json.log");

    /// <summary>Opens what exists, oldest first. A rotation in between is harmless: an open file keeps its content.</summary>
    public static List<FileStream> OpenAll(string path)
    {
        var files = new List<FileStream>();
        if (TryOpen(path) is { } current)
            files.Add(current);
        for (int i = 1; TryOpen($"{path}.{i}") is { } older; i++)
            files.Insert(0, older);
        return files;
    }

    public static FileStream? TryOpen(string path)
    {
        try
        {
            // Unbuffered: the reader has its own block, and a follower must see what was appended.
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
