namespace Sampan.Cli;

/// <summary>A file that a command reads.</summary>
internal static class InputFile
{
    /// <exception cref="CommandFailedException">It is not there, in Go's words.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandFailedException(1, $"open {path}: no such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new CommandFailedException(1, Directory.Exists(path) ? $"read {path}: is a directory" : $"open {path}: permission denied");
        }
    }
}
