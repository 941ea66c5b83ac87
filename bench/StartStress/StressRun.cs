using System.Diagnostics;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Runtime;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Bench.StartStress;

/// <summary>Workers that create, start, await and delete containers; a thread that makes garbage; a watch on all of them.</summary>
internal sealed class StressRun(string folder, int count, StressKind kind)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);   // far above any start on a loaded machine
    private readonly ContainerRuntime _runtime = new($"{folder}/state");
    private int _next, _done, _failures;
    private long _slowestMs, _lastProgress = Stopwatch.GetTimestamp();
    private volatile bool _over;
    private readonly KilledRuntime _killed = new(folder);
    [ThreadStatic] private static Container? _entered;

    public int Done => _done;
    public int Failures => _failures;
    public long SlowestMs => _slowestMs;
    public string? FirstFailure { get; private set; }

    /// <returns>False when no start came to its end for too long.</returns>
    public bool Run(int parallel)
    {
        Thread garbage = new(MakeGarbage) { IsBackground = true };
        garbage.Start();
        Thread[] workers = [.. Enumerable.Range(0, parallel).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers) worker.Start();
        while (!workers.All(worker => worker.Join(100)))
            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastProgress)) > Patience) return false;
        _over = true;
        garbage.Join();
        return true;
    }

    private void Work()
    {
        using Container? entered = kind == StressKind.Execs ? Sleeper($"stress-{Environment.CurrentManagedThreadId}") : null;
        _entered = entered;
        for (int number = Interlocked.Increment(ref _next); number <= count; number = Interlocked.Increment(ref _next))
        {
            long started = Stopwatch.GetTimestamp();
            try
            {
                if (kind == StressKind.Kills) _killed.Strike($"stress-{number}");
                else if (kind == StressKind.Execs) Exec(number);
                else Start($"stress-{number}");
                Interlocked.Increment(ref _done);
            }
            catch (FaultException e)
            {
                Interlocked.Increment(ref _failures);
                FirstFailure ??= e.Message;
                Console.Error.WriteLine(e.Message);
            }
            Interlocked.Exchange(ref _lastProgress, Stopwatch.GetTimestamp());
            long elapsed = (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds, slowest;
            while (elapsed > (slowest = Interlocked.Read(ref _slowestMs)) && Interlocked.CompareExchange(ref _slowestMs, elapsed, slowest) != slowest)
            {
            }
        }
        if (entered is null) return;
        entered.Delete(force: true);
        entered.Process!.Wait();
    }

    private Container Sleeper(string id)
    {
        Container container = _runtime.Create(id, new CreateOptions { Bundle = folder, Spec = Spec(id, "/bin/sleep", "100000") });
        container.Start();
        return container;
    }

    private static void Exec(int number)
    {
        using ContainerProcess process = _entered!.Exec(new ExecOptions { Process = new ProcessSpec { Args = ["/bin/true"], Cwd = "/", Env = ["PATH=/bin", "HOME=/"] } });
        ExitStatus status = process.Process.Wait();
        if (status.ShellCode != 0) throw new FaultException(FaultKind.Internal, $"exec {number} ended with {status.ShellCode}");
    }

    private void Start(string id)
    {
        using Container container = _runtime.Create(id, new CreateOptions { Bundle = folder, Spec = Spec(id, "/bin/true") });
        container.Start();
        ExitStatus status = container.Process!.Wait();
        container.Delete();
        if (status.ShellCode != 0) throw new FaultException(FaultKind.Internal, $"'{id}' ended with {status.ShellCode}");
    }

    // Short-lived and surviving objects on both sides of every size class, so that collections of every generation come all the time.
    private void MakeGarbage()
    {
        byte[]?[] kept = new byte[64][];
        for (int i = 0; !_over; i++)
        {
            kept[i % kept.Length] = new byte[1 << (6 + (i % 12))];
            if (i % 5000 == 0) GC.Collect(i % 3);
            if (i % 100 == 0) Thread.Sleep(0);
        }
        GC.KeepAlive(kept);
    }

    internal static RuntimeSpec Spec(string id, params IReadOnlyList<string> arguments) => new()
    {
        Root = new Root { Path = "rootfs", Readonly = true },
        Hostname = "stress",
        Process = new ProcessSpec { Args = arguments, Cwd = "/", Env = ["PATH=/bin", "HOME=/"], NoNewPrivileges = true },
        Mounts =
        [
            new MountSpec { Destination = "/proc", Type = "proc", Source = "proc" },
            new MountSpec { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "mode=755"] },
            new MountSpec { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["newinstance", "ptmxmode=0666"] },
        ],
        Linux = new LinuxSpec
        {
            CgroupsPath = $"/sampan-stress/{id}",
            Namespaces = [.. new[] { "pid", "mount", "ipc", "uts", "network" }.Select(type => new NamespaceSpec { Type = type })],
            MaskedPaths = ["/proc/keys"],
            ReadonlyPaths = ["/proc/sys"],
        },
    };
}
