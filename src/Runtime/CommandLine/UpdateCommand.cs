using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class UpdateCommand
{
    internal static Command Command => new("update", """
        update container resource constraints
        <container-id>
        --resources value, -r value  path to the file containing the resources to update or '-' to read from the standard input; all other flags are ignored then
        --blkio-weight value  block IO weight, 10 to 1000
        --cpu-period value  CPU CFS period to be used for hardcapping (in usecs); 0 to use system default
        --cpu-quota value  CPU CFS hardcap limit (in usecs): allowed cpu time in a given period
        --cpu-burst value  CPU CFS hardcap burst limit (in usecs): cpu time accumulated beyond the quota
        --cpu-share value  CPU shares (relative weight vs. other containers)
        --cpu-rt-period value  CPU realtime period to be used for hardcapping (in usecs)
        --cpu-rt-runtime value  CPU realtime hardcap limit (in usecs)
        --cpuset-cpus value  CPU(s) to use
        --cpuset-mems value  memory node(s) to use
        --cpu-idle value  1: SCHED_IDLE for the whole cgroup, 0: not
        --memory value  memory limit (in bytes, or with a suffix)
        --memory-reservation value  memory reservation or soft limit (in bytes, or with a suffix)
        --memory-swap value  memory and swap together; -1 for unlimited swap
        --kernel-memory value  ignored, with a warning: the kernel has dropped it
        --kernel-memory-tcp value  ignored, with a warning: the kernel has dropped it
        --pids-limit value  maximum number of processes; -1 for unlimited
        --l3-cache-schema value  Intel RDT/CAT L3 cache schema
        --mem-bw-schema value  Intel RDT/MBA memory bandwidth schema
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (parsed.Value("kernel-memory") is not null || parsed.Value("kernel-memory-tcp") is not null)
            RuntimeLog.Warn(global, "Kernel memory settings are ignored and will be removed");
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        string? cache = parsed.Value("l3-cache-schema"), bandwidth = parsed.Value("mem-bw-schema");
        if (cache is not null || bandwidth is not null) container.UpdateRdt(cache, bandwidth);
        container.Update(parsed.Value("resources") is { } path ? FromFile(path) : FromFlags(parsed));
        return 0;
    }

    private static LinuxResources FromFile(string path) => RuntimeSpecReader.ReadResources(Files.ReadAll(path == "-" ? "/dev/stdin" : path));

    private static LinuxResources FromFlags(Arguments flags) => new()
    {
        Memory = new MemoryResources { Limit = Bytes(flags, "memory"), Reservation = Bytes(flags, "memory-reservation"), Swap = Bytes(flags, "memory-swap") },
        Cpu = new CpuResources
        {
            Period = (ulong?)flags.Number("cpu-period"),
            Quota = flags.Number("cpu-quota"),
            Burst = (ulong?)flags.Number("cpu-burst"),
            Shares = (ulong?)flags.Number("cpu-share"),
            RealtimePeriod = (ulong?)flags.Number("cpu-rt-period"),
            RealtimeRuntime = flags.Number("cpu-rt-runtime"),
            Cpus = flags.Value("cpuset-cpus"),
            Mems = flags.Value("cpuset-mems"),
            Idle = flags.Number("cpu-idle"),
        },
        BlockIO = flags.Number("blkio-weight") is { } weight ? new BlockIOResources { Weight = (ushort)weight } : null,
        Pids = flags.Number("pids-limit") is { } pids ? new PidsResources { Limit = pids } : null,
    };

    // 64m, 1G, 1048576
    private static long? Bytes(Arguments flags, string flag)
    {
        if (flags.Value(flag) is not { } text) return null;
        string digits = text.TrimEnd('b', 'B');
        int shift = digits.Length == 0 ? 0 : char.ToLowerInvariant(digits[^1]) switch { 'k' => 10, 'm' => 20, 'g' => 30, 't' => 40, _ => 0 };
        if (shift > 0) digits = digits[..^1];
        return long.TryParse(digits, out long number) ? number < 0 ? number : number << shift
            : throw new FaultException(FaultKind.InvalidArgument, $"invalid value \"{text}\" for flag -{flag}");
    }
}
