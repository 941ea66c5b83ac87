using Sampan.Faults;
using Sampan.Linux;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class UpdateCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("update", arguments, "resources|r=", "blkio-weight=", "cpu-period=", "cpu-quota=", "cpu-burst=", "cpu-share=", "cpu-rt-period=",
            "cpu-rt-runtime=", "cpuset-cpus=", "cpuset-mems=", "cpu-idle=", "memory=", "memory-reservation=", "memory-swap=", "pids-limit=", "kernel-memory=", "kernel-memory-tcp=");
        foreach (string flag in (ReadOnlySpan<string>)["kernel-memory", "kernel-memory-tcp"])
            if (parsed.Value(flag) is not null) throw new FaultException(FaultKind.NotSupported, $"--{flag} is not supported: the kernel has dropped it; leave it out");
        parsed.RequireOperands("update", 1);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
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
