using Sampan.Specs.Protobuf;

namespace Sampan.ShimClient;

/// <summary>What a container uses, from cgroup v1 or v2, read from containerd's metrics messages
/// (io.containerd.cgroups.v1.Metrics and v2.Metrics). A number the kernel does not keep is 0.</summary>
public sealed record TaskStats
{
    /// <summary>Which hierarchy the numbers come from: 1 or 2. The keys of <see cref="Memory"/> differ with it.</summary>
    public int CgroupVersion { get; internal set; } = 1;

    public ulong PidsCurrent { get; internal set; }

    /// <summary>0: no limit.</summary>
    public ulong PidsLimit { get; internal set; }

    public ulong CpuTotalNanoseconds { get; internal set; }
    public ulong CpuUserNanoseconds { get; internal set; }
    public ulong CpuKernelNanoseconds { get; internal set; }

    /// <summary>Nanoseconds by CPU; v1 only.</summary>
    public IReadOnlyList<ulong> CpuPerCpuNanoseconds { get; internal set; } = [];

    public ulong ThrottlingPeriods { get; internal set; }
    public ulong ThrottledPeriods { get; internal set; }
    public ulong ThrottledNanoseconds { get; internal set; }

    /// <summary>Bytes, page cache included.</summary>
    public ulong MemoryUsage { get; internal set; }

    /// <summary>Bytes.</summary>
    public ulong MemoryMaxUsage { get; internal set; }

    /// <summary>Bytes; the kernel's "no limit" is a number past any memory.</summary>
    public ulong MemoryLimit { get; internal set; }

    public ulong MemoryFailCount { get; internal set; }

    /// <summary>Bytes.</summary>
    public ulong SwapUsage { get; internal set; }

    /// <summary>memory.stat with the kernel's own names: bytes and counts.</summary>
    public IReadOnlyDictionary<string, ulong> Memory { get; internal set; } = new Dictionary<string, ulong>();

    /// <summary>Bytes moved by device and operation.</summary>
    public IReadOnlyList<BlockIoStat> IoBytes { get; internal set; } = [];

    /// <summary>Operations by device and operation.</summary>
    public IReadOnlyList<BlockIoStat> IoOperations { get; internal set; } = [];

    internal static TaskStats ReadResponse(ReadOnlySpan<byte> data)
    {
        var reader = new ProtobufReader(data);
        while (reader.Next())
        {
            if (reader.Field != 1)
            {
                reader.Skip();
                continue;
            }
            var metrics = AnyMessage.Read(reader.Bytes());
            return metrics.TypeUrl.EndsWith(MetricsV2.TypeUrl, StringComparison.Ordinal) ? MetricsV2.Read(metrics.Value) : MetricsV1.Read(metrics.Value);
        }
        return new TaskStats();
    }
}

/// <param name="Major">Of the block device.</param>
/// <param name="Minor">Of the block device.</param>
/// <param name="Operation">"Read", "Write", …, as the kernel's blkio files say.</param>
/// <param name="Value">Bytes or operations.</param>
public sealed record BlockIoStat(ulong Major, ulong Minor, string Operation, ulong Value);
