using System.Globalization;
using System.Runtime.CompilerServices;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.ShimClient;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Stats;

/// <summary><c>docker stats</c>: what a container uses, once or every second.</summary>
internal static class ContainerStatsReader
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <param name="oneShot">One reading at once, without the one before that percentages need.</param>
    public static async IAsyncEnumerable<ContainerStats> ReadAsync(Container container, bool stream, bool oneShot, [EnumeratorCancellation] CancellationToken ct)
    {
        ContainerStats? before = null;
        while (true)
        {
            var now = await ReadOnceAsync(container, ct).ConfigureAwait(false);
            if (before is not null)
                now = now with { PreRead = before.Read, PreCpuStats = before.CpuStats };
            // A single answer is the second reading; a stream shows its first one too.
            if (stream || oneShot || before is not null || !container.State.Status.HasProcess())
                yield return now;
            if (!stream && (oneShot || before is not null || !container.State.Status.HasProcess()))
                yield break;
            before = now;
            // The stream of one that stopped goes on, for it may start again; with its removal it ends.
            if (await Task.WhenAny(container.Removed, Task.Delay(Period, ct)).ConfigureAwait(false) == container.Removed)
                yield break;
            ct.ThrowIfCancellationRequested();
        }
    }

    private static async Task<ContainerStats> ReadOnceAsync(Container container, CancellationToken ct)
    {
        var identity = new ContainerStats { Id = container.Id, Name = "/" + container.Document.Name };
        if (!container.State.Status.HasProcess() || container.Task is not { } task)
            return identity;
        TaskStats usage;
        try
        {
            usage = await task.StatsAsync(ct).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // It has ended in this moment: as one that does not run.
            return identity;
        }
        var networks = NetworkCounters.Read(container.State.Pid);
        return identity with
        {
            Read = DateTimeOffset.UtcNow,
            PidsStats = new PidsStats { Current = usage.PidsCurrent, Limit = usage.PidsLimit > 0 ? usage.PidsLimit : ulong.MaxValue },
            CpuStats = Cpu(usage),
            MemoryStats = new MemoryStats
            {
                Usage = usage.MemoryUsage,
                MaxUsage = usage.CgroupVersion == 1 ? usage.MemoryMaxUsage : 0,
                Stats = usage.Memory,
                Failcnt = usage.MemoryFailCount,
                // Without a limit, the machine's memory.
                Limit = Math.Min(usage.MemoryLimit == 0 ? ulong.MaxValue : usage.MemoryLimit, HostFacts.MemoryBytes),
            },
            BlkioStats = new BlkioStats { IoServiceBytesRecursive = Blkio(usage.IoBytes), IoServicedRecursive = Blkio(usage.IoOperations) },
            Networks = container.Document.Networks.Count > 0 && container.Document.HostConfig.NetworkMode != "host" ? networks : null,
        };
    }

    private static CpuStats Cpu(TaskStats usage) => new()
    {
        CpuUsage = new CpuUsage
        {
            TotalUsage = usage.CpuTotalNanoseconds,
            UsageInUsermode = usage.CpuUserNanoseconds,
            UsageInKernelmode = usage.CpuKernelNanoseconds,
            PercpuUsage = usage.CpuPerCpuNanoseconds,
        },
        SystemUsage = HostFacts.CpuNanoseconds(),
        OnlineCpus = (uint)Environment.ProcessorCount,
        ThrottlingData = new ThrottlingData
        {
            Periods = usage.ThrottlingPeriods,
            ThrottledPeriods = usage.ThrottledPeriods,
            ThrottledTime = usage.ThrottledNanoseconds,
        },
    };

    private static IReadOnlyList<BlkioStatEntry> Blkio(IReadOnlyList<BlockIoStat> stats) =>
        [.. stats.Select(stat => new BlkioStatEntry { Major = stat.Major, Minor = stat.Minor, Op = stat.Operation.ToLower(CultureInfo.InvariantCulture), Value = stat.Value })];
}
