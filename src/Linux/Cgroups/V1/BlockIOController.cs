using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Cgroups.V1;

/// <summary>Documentation/admin-guide/cgroup-v1/blkio-controller.rst; weights belong to the BFQ scheduler on present kernels.</summary>
internal static class BlockIOController
{
    public static void Apply(CgroupV1 group, BlockIOResources? io)
    {
        if (io is null) return;
        if (io.Weight is > 0) WriteEither(group, "blkio.weight", "blkio.bfq.weight", $"{CheckedWeight(io.Weight.Value)}");
        if (io.LeafWeight is > 0) group.Require("blkio").Write("blkio.leaf_weight", CheckedWeight(io.LeafWeight.Value));
        foreach (WeightDevice device in io.WeightDevice ?? [])
        {
            if (device.Weight is > 0)
                WriteEither(group, "blkio.weight_device", "blkio.bfq.weight_device", $"{device.Major}:{device.Minor} {CheckedWeight(device.Weight.Value)}");
            if (device.LeafWeight is > 0)
                group.Require("blkio").Write("blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {CheckedWeight(device.LeafWeight.Value)}");
        }
        Throttle(group, "blkio.throttle.read_bps_device", io.ThrottleReadBpsDevice);
        Throttle(group, "blkio.throttle.write_bps_device", io.ThrottleWriteBpsDevice);
        Throttle(group, "blkio.throttle.read_iops_device", io.ThrottleReadIOPSDevice);
        Throttle(group, "blkio.throttle.write_iops_device", io.ThrottleWriteIOPSDevice);
    }

    /// <exception cref="FaultException">InvalidArgument outside 10 to 1000.</exception>
    public static uint CheckedWeight(ushort weight) => weight is >= 10 and <= 1000 ? weight
        : throw new FaultException(FaultKind.InvalidArgument, $"invalid block IO weight {weight}: it must be 10 to 1000");

    private static void Throttle(CgroupV1 group, string file, IReadOnlyList<ThrottleDevice>? devices)
    {
        foreach (ThrottleDevice device in devices ?? [])
            group.Require("blkio").Write(file, $"{device.Major}:{device.Minor} {device.Rate}");
    }

    private static void WriteEither(CgroupV1 group, string file, string bfqFile, string value)
    {
        ControlDirectory directory = group.Require("blkio");
        if (directory.TryWrite(file, value) == Errno.ENOENT) directory.Write(bfqFile, value);
    }
}
