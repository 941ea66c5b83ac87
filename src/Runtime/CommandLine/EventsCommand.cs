using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

internal static unsafe class EventsCommand
{
    internal static Command Command => new("events", """
        display container events such as OOM notifications, cpu, memory, and IO usage statistics
        <container-id>
        --interval value  set the stats collection interval (default: 5s)
        --stats  display the container's stats then exit
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        TimeSpan interval = GoDuration.Parse(parsed.Value("interval") ?? "5s", "interval");
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        if (container.Status == ContainerStatus.Stopped || container.Process is not { } process)
            throw new FaultException(FaultKind.Conflict, $"container with id {container.Id} is not running");
        if (parsed.Has("stats"))
        {
            StandardOutput.Write(EventJson.Stats(container.Id, container.Cgroup.Stats()));
            return 0;
        }
        using OomWatch oom = container.Cgroup.WatchOom();
        Watch(container, process, oom, interval);
        return 0;
    }

    /// <summary>Until the container has ended.</summary>
    private static void Watch(Container container, ChildProcess process, OomWatch oom, TimeSpan interval)
    {
        PollFd* watched = stackalloc PollFd[2];
        (watched[0].Fd, watched[0].Events) = (process.Pidfd.Fd(), PollFd.POLLIN);
        (watched[1].Fd, watched[1].Events) = (oom.Handle.Fd(), PollFd.POLLIN);
        long next = Environment.TickCount64 + (long)interval.TotalMilliseconds;
        while (true)
        {
            int ready = Libc.poll(watched, 2, (int)Math.Max(0, next - Environment.TickCount64));
            if (ready < 0 && LinuxException.LastError != Errno.EINTR) throw LinuxException.FromLastError("poll", $"cannot watch container '{container.Id}'");
            // The killer may have ended the container itself: that is told before the end.
            if (ready > 0 && watched[1].Revents != 0 && oom.Acknowledge()) StandardOutput.Write(EventJson.Oom(container.Id));
            if (ready > 0 && watched[0].Revents != 0) return;
            if (Environment.TickCount64 < next) continue;
            StandardOutput.Write(EventJson.Stats(container.Id, container.Cgroup.Stats()));
            next += (long)Math.Max(1, interval.TotalMilliseconds);
        }
    }
}
