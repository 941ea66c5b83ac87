using System.Globalization;
using System.Text;
using Sampan.Faults;

namespace Sampan.Engine;

/// <summary>Holds <c>daemon.lock</c> for the life of a daemon: one daemon per data root. The file names the holder's pid;
/// the kernel drops the lock with the process, so a crash leaves nothing to clean.</summary>
public sealed class DataRootLock : IDisposable
{
    private readonly FileStream _file;

    private DataRootLock(FileStream file) => _file = file;

    /// <exception cref="FaultException">Conflict: another daemon holds it; the message names its pid.</exception>
    public static DataRootLock Acquire(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "daemon.lock");
        // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux, FileShare.ReadWrite none at all: the reader below needs no lock.
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new FaultException(FaultKind.Conflict,
                $"cannot use data root '{dataRoot}': another daemon (pid {ReadHolder(path)}) runs on it; stop it or pass another --data-root");
        }
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return new DataRootLock(file);
    }

    private static string ReadHolder(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        string pid = reader.ReadToEnd().Trim();
        return pid.Length > 0 ? pid : "unknown";
    }

    public void Dispose() => _file.Dispose();
}
