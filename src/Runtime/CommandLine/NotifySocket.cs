using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Sockets;

namespace Sampan.Runtime.CommandLine;

/// <summary>Passes "READY=1" of a container on to the service manager that started us, with the container's process as the service's main one.
/// sd_notify(3); <see cref="NotifyFolder"/> is how the container sees the socket.</summary>
internal sealed unsafe class NotifySocket : IDisposable
{
    private readonly SafeFileHandle _container, _manager;

    private NotifySocket(SafeFileHandle container, SafeFileHandle manager) => (_container, _manager) = (container, manager);

    private static string? Manager => Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } path ? path : null;

    internal static bool IsWanted => Manager is not null;

    /// <returns>Null when nobody wants to hear, or the container was created without.</returns>
    internal static NotifySocket? Listen(GlobalOptions global, string id)
    {
        if (Manager is not { } manager) return null;
        using SafeFileHandle? folder = Files.TryOpenAt(null, $"{global.Root}/{id}/{NotifyFolder.Name}", OpenFlags.ReadOnly | OpenFlags.Directory, 0, out _);
        return folder is null ? null : new NotifySocket(UnixDatagram.Bind($"{folder.ProcPath()}/{NotifyFolder.Socket}", 0x1FF /* 0777 */), UnixDatagram.Connect(manager));
    }

    /// <summary>Returns when the container is ready or has ended.</summary>
    internal void Forward(ChildProcess container)
    {
        Span<byte> message = stackalloc byte[4096];
        PollFd* ends = stackalloc PollFd[2];
        (ends[0].Fd, ends[0].Events) = (_container.Fd(), PollFd.POLLIN);
        (ends[1].Fd, ends[1].Events) = (container.Pidfd.Fd(), PollFd.POLLIN);
        while (true)
        {
            if (Libc.poll(ends, 2, -1) < 0 && LinuxException.LastError != Errno.EINTR) return;
            if (ends[0].Revents == 0)
            {
                if (ends[1].Revents != 0) return;
                continue;
            }
            string text = Encoding.UTF8.GetString(message[..UnixDatagram.Receive(_container, message)]);
            foreach (string line in text.Split('\n'))
            {
                if (!line.StartsWith("READY=", StringComparison.Ordinal)) continue;
                Tell($"{line}\n", null);
                Tell($"MAINPID={container.Pid}\n", null);
                AwaitManager();
                return;
            }
        }
    }

    internal void ForwardInBackground(ChildProcess container) => new Thread(() => Forward(container)) { IsBackground = true }.Start();

    public void Dispose()
    {
        _container.Dispose();
        _manager.Dispose();
    }

    // A manager that is gone needs no news.
    private void Tell(string text, SafeFileHandle? descriptor) => UnixMessage.TrySend(_manager, Encoding.UTF8.GetBytes(text), descriptor);

    // The manager has read everything before when it closes the pipe. sd_notify_barrier(3)
    private void AwaitManager()
    {
        const int PatienceMs = 30_000;
        var (reader, writer) = Files.Pipe();
        using (reader)
        {
            using (writer) Tell("BARRIER=1", writer);
            PollFd closed = new() { Fd = reader.Fd(), Events = PollFd.POLLIN };
            Libc.poll(&closed, 1, PatienceMs);
        }
    }
}
