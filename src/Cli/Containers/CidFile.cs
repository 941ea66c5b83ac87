namespace Sampan.Cli.Containers;

/// <summary>--cidfile: made before the container so that nobody else's is overwritten, and removed when no container came of it.</summary>
internal sealed class CidFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private bool _written;

    private CidFile(string path, FileStream file) => (_path, _file) = (path, file);

    /// <returns>Null without a path.</returns>
    /// <exception cref="CommandFailedException">125: it is there already, or cannot be made.</exception>
    public static CidFile? Open(string path)
    {
        if (path.Length == 0) return null;
        if (File.Exists(path))
            throw new CommandFailedException(ContainerCreation.EngineFault, $"container ID file found, make sure the other container isn't running or delete {path}");
        try
        {
            return new CidFile(path, new FileStream(path, FileMode.CreateNew, FileAccess.Write));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ContainerCreation.EngineFault, $"failed to create the container ID file: {failure.Message}");
        }
    }

    public void Write(string id)
    {
        _file.Write(System.Text.Encoding.ASCII.GetBytes(id));
        _written = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        if (!_written) File.Delete(_path);
    }
}
