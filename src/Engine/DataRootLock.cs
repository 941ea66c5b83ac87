using System.Globalization;
using System.Text;
using Sampan.Faults;

namespace Sampan.Engine;

/// <summary>Holds <c>daemon.lock</c> for the life of a daemon: one daemon per data root. The file names the holder's pid;
/// the kernel drops the lock with the process, so a crash leaves nothing to clean.</summary>
public sealed class DataRootLock : IDisposable
{
    /// <summary>A killed daemon's child that has not come to its exec yet holds the lock a moment longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly FileStream _file;

    private DataRootLock(FileStream file) => _file = file;

    /// <exception cref="FaultException">Conflict: another daemon holds it; the message names its pid.</exception>
    public static DataRootLock Acquire(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "daemon.lock");
        long giveUp = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        FileStream? file;
        while ((file = TryOpen(path)) is null)
        {
            if (Environment.TickCount64 > giveUp)
                throw new FaultException(FaultKind.Conflict,
                    $"cannot use data root '{dataRoot}': another daemon (pid {ReadHolder(path)}) runs on it; stop it or pass another --data-root");
            Thread.Sleep(10);
        }
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        file.Flush();
        return new DataRootLock(file);
    }

    // FileShare.None is flock(LOCK_EX | LOCK_NB) on Linux.
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    // Not by FileStream, which would take a shared lock.
    private static string ReadHolder(string path)
    {
        string pid = Encoding.ASCII.GetString(Linux.Files.ReadAll(path)).Trim();
        return pid.Length > 0 ? pid : "unknown";
    }

    public void Dispose() => _file.Dispose();
}
