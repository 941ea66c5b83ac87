using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;
using OciThrottle = Sampan.Specs.Oci.Runtime.ThrottleDevice;
using OciWeight = Sampan.Specs.Oci.Runtime.WeightDevice;

namespace Sampan.Engine.Spec;

/// <summary><c>linux.resources</c>: Docker's limits in the runtime's words. config-linux.md § Control groups.</summary>
internal static class ResourcesSection
{
    /// <summary>Microseconds: the period of a quota made from <c>--cpus</c>.</summary>
    private const ulong DefaultCpuPeriod = 100_000;

    public static LinuxResources Build(HostConfig host) => Build((ContainerResources)host) with { Devices = DeviceSection.Rules(host) };

    /// <summary>What <c>docker update</c> can change.</summary>
    public static LinuxResources Build(ContainerResources resources) => new()
    {
        Memory = Memory(resources),
        Cpu = Cpu(resources),
        // 0 and -1 are unlimited; the runtime reads -1.
        Pids = resources.PidsLimit is { } limit ? new PidsResources { Limit = limit > 0 ? limit : -1 } : null,
        BlockIO = BlockIO(resources),
    };

    private static MemoryResources? Memory(ContainerResources resources)
    {
        var memory = new MemoryResources
        {
            Limit = resources.Memory > 0 ? resources.Memory : null,
            // Docker: twice the memory when the limit has no word on swap.
            Swap = resources.MemorySwap != 0 ? resources.MemorySwap : resources.Memory > 0 ? resources.Memory * 2 : null,
            Reservation = resources.MemoryReservation > 0 ? resources.MemoryReservation : null,
            Swappiness = resources.MemorySwappiness is { } swappiness and >= 0 ? (ulong)swappiness : null,
            DisableOOMKiller = resources.OomKillDisable is true ? true : null,
        };
        return memory == new MemoryResources() ? null : memory;
    }

    private static CpuResources? Cpu(ContainerResources resources)
    {
        var cpu = new CpuResources
        {
            Shares = resources.CpuShares > 0 ? (ulong)resources.CpuShares : null,
            Period = resources.NanoCpus > 0 ? DefaultCpuPeriod : resources.CpuPeriod > 0 ? (ulong)resources.CpuPeriod : null,
            Quota = resources.NanoCpus > 0 ? resources.NanoCpus * (long)DefaultCpuPeriod / 1_000_000_000 : resources.CpuQuota != 0 ? resources.CpuQuota : null,
            RealtimePeriod = resources.CpuRealtimePeriod > 0 ? (ulong)resources.CpuRealtimePeriod : null,
            RealtimeRuntime = resources.CpuRealtimeRuntime > 0 ? resources.CpuRealtimeRuntime : null,
            Cpus = resources.CpusetCpus.Length > 0 ? resources.CpusetCpus : null,
            Mems = resources.CpusetMems.Length > 0 ? resources.CpusetMems : null,
        };
        return cpu == new CpuResources() ? null : cpu;
    }

    private static BlockIOResources? BlockIO(ContainerResources resources)
    {
        var io = new BlockIOResources
        {
            Weight = resources.BlkioWeight > 0 ? resources.BlkioWeight : null,
            WeightDevice = resources.BlkioWeightDevice is { Count: > 0 } weights ? [.. weights.Select(ToWeight)] : null,
            ThrottleReadBpsDevice = Throttle(resources.BlkioDeviceReadBps),
            ThrottleWriteBpsDevice = Throttle(resources.BlkioDeviceWriteBps),
            ThrottleReadIOPSDevice = Throttle(resources.BlkioDeviceReadIOps),
            ThrottleWriteIOPSDevice = Throttle(resources.BlkioDeviceWriteIOps),
        };
        return io == new BlockIOResources() ? null : io;
    }

    private static OciWeight ToWeight(Specs.Docker.WeightDevice device)
    {
        var stat = StatDevice(device.Path);
        return new OciWeight { Major = stat.RdevMajor, Minor = stat.RdevMinor, Weight = device.Weight };
    }

    private static IReadOnlyList<OciThrottle>? Throttle(IReadOnlyList<Specs.Docker.ThrottleDevice>? devices) => devices is not { Count: > 0 } ? null
        : [.. devices.Select(device =>
        {
            var stat = StatDevice(device.Path);
            return new OciThrottle { Major = stat.RdevMajor, Minor = stat.RdevMinor, Rate = device.Rate };
        })];

    private static Statx StatDevice(string path) => Files.TryStat(null, path, followLinks: true, out var stat) ? stat
        : throw new FaultException(FaultKind.InvalidArgument, $"cannot limit block device '{path}': {LinuxException.LastError}");
}
