using System.Collections.Concurrent;
using Sampan.Linux;
using Sampan.Linux.Events;

namespace Sampan.ShimClient;

/// <summary>Reaps the shims that this process started, on one thread that sleeps until one of them ends.</summary>
internal static class ShimReaper
{
    private static readonly ConcurrentDictionary<int, ChildProcess> Shims = [];
    private static readonly Lazy<Epoll> Queue = new(Start);

    public static void Add(ChildProcess shim)
    {
        Shims[shim.Pid] = shim;
        Queue.Value.Add(shim.Pidfd, shim.Pid, EpollInterest.In);
    }

    private static Epoll Start()
    {
        var queue = new Epoll();
        new Thread(() => Run(queue), maxStackSize: 128 << 10) { IsBackground = true, Name = "shim reaper" }.Start();
        return queue;
    }

    private static void Run(Epoll queue)
    {
        var ready = new ReadyDescriptor[16];
        while (true)
        {
            int count = queue.Wait(ready, timeoutMs: -1);
            for (int i = 0; i < count; i++)
            {
                if (!Shims.TryRemove(ready[i].Token, out var shim)) continue;
                queue.Remove(shim.Pidfd);
                shim.TryReap();
                shim.Dispose();
            }
        }
    }
}
