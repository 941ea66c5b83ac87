using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.ShimClient;

/// <summary>Starts our own shim the short way: one posix_spawn, its sockets inherited, so it can be called at once. The shim is reaped when it
/// ends; it outlives this process.</summary>
public static class ShimLauncher
{
    private const int TaskSocket = 3, AttachSocket = 4, FirstListener = 5;
    private const int SIGPIPE = 13, SIGCHLD = 17;

    /// <summary>Above every descriptor that a new shim is given: those would take the program's place before the exec.</summary>
    private const int LowestExecutable = 512;

    private static readonly ConcurrentDictionary<string, SafeFileHandle?> Executables = new();

    /// <returns>Pid of the shim. Call it through <see cref="TaskClient.ConnectAsync(string, string, CancellationToken)"/>.</returns>
    /// <exception cref="FaultException">The program cannot be started, or a socket cannot be bound.</exception>
    public static int Launch(ShimLaunchOptions options)
    {
        using var task = StreamSocket.Listen(options.SocketPath);
        using var attach = StreamSocket.Listen(options.AttachSocketPath);
        using var log = Files.Open($"{options.Bundle}/shim.log", OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x180 /* 0600 */);
        var descriptors = new Dictionary<int, SafeFileHandle> { [2] = log, [TaskSocket] = task, [AttachSocket] = attach };
        List<string> arguments =
        [
            "sampan-runtime", "shim", "--engine", "--id", options.Id, "--bundle", options.Bundle,
            "--attach-fd", AttachSocket.ToString(CultureInfo.InvariantCulture),
        ];
        for (int i = 0; i < options.Listeners.Count; i++)
        {
            int number = FirstListener + i;
            var (socket, target, protocol) = options.Listeners[i];
            descriptors.Add(number, socket);
            arguments.Add("--listener");
            arguments.Add(string.Create(CultureInfo.InvariantCulture, $"{number}={target}/{protocol}"));
        }
        var shim = Spawn.Start(new SpawnOptions
        {
            Path = Executable(options.RuntimePath),
            Arguments = arguments,
            WorkingDirectory = options.Bundle,
            Descriptors = descriptors,
            NewSession = true,
            BlockedSignals = [SIGCHLD, SIGPIPE], // the shim takes SIGCHLD by signalfd, and must find it blocked in all its threads
        });
        ShimReaper.Add(shim);
        return shim.Pid;
    }

    /// <summary>Readies the program at <paramref name="runtimePath"/>: through a read-only mount of our own, so that no container can overwrite it by
    /// way of a shim's /proc/PID/exe (CVE-2019-5736). Held for our whole life; the first start does it otherwise.</summary>
    /// <exception cref="LinuxException">ENOENT, EACCES: there is no such program.</exception>
    public static void Prepare(string runtimePath) => Executable(runtimePath);

    private static string Executable(string path) => Executables.GetOrAdd(path, static path =>
    {
        try
        {
            using SafeFileHandle mount = ReadOnlyExecutable.Open(path);
            return Files.Duplicate(mount, LowestExecutable);
        }
        catch (LinuxException e) when (e.Errno is Errno.EPERM or Errno.EINVAL or Errno.ENOSYS)
        {
            // Without CAP_SYS_ADMIN containers are in a user namespace, to which the file is not writable;
            // on an old kernel the plain path has to do, as with other runtimes.
            return null;
        }
    })?.ProcPath() ?? path;
}
