namespace Sampan.Specs.Oci.Runtime;

public static partial class RuntimeSpecReader
{
    private static LinuxResources LinuxResources(ref JsonCursor json)
    {
        List<DeviceCgroupRule>? devices = null;
        MemoryResources? memory = null;
        CpuResources? cpu = null;
        PidsResources? pids = null;
        BlockIOResources? blockIO = null;
        List<HugepageLimit>? hugepageLimits = null;
        NetworkResources? network = null;
        Dictionary<string, RdmaResources>? rdma = null;
        Dictionary<string, string>? unified = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("devices"u8)) devices = json.List(DeviceCgroupRule);
            else if (property.Is("memory"u8)) memory = MemoryResources(ref json);
            else if (property.Is("cpu"u8)) cpu = CpuResources(ref json);
            else if (property.Is("pids"u8)) pids = PidsResources(ref json);
            else if (property.Is("blockIO"u8)) blockIO = BlockIOResources(ref json);
            else if (property.Is("hugepageLimits"u8)) hugepageLimits = json.List(HugepageLimit);
            else if (property.Is("network"u8)) network = NetworkResources(ref json);
            else if (property.Is("rdma"u8)) rdma = json.Map(RdmaResources);
            else if (property.Is("unified"u8)) unified = json.Map(static (ref item) => item.String());
        }
        return new()
        {
            Devices = devices,
            Memory = memory,
            Cpu = cpu,
            Pids = pids,
            BlockIO = blockIO,
            HugepageLimits = hugepageLimits,
            Network = network,
            Rdma = rdma,
            Unified = unified,
        };
    }

    private static DeviceCgroupRule DeviceCgroupRule(ref JsonCursor json)
    {
        bool? allow = null;
        string? type = null;
        long? major = null;
        long? minor = null;
        string? access = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("allow"u8)) allow = json.Boolean();
            else if (property.Is("type"u8)) type = json.String();
            else if (property.Is("major"u8)) major = json.Int64();
            else if (property.Is("minor"u8)) minor = json.Int64();
            else if (property.Is("access"u8)) access = json.String();
        }
        return new()
        {
            Allow = allow ?? false,
            Type = type,
            Major = major,
            Minor = minor,
            Access = access,
        };
    }

    private static MemoryResources MemoryResources(ref JsonCursor json)
    {
        long? limit = null;
        long? reservation = null;
        long? swap = null;
        long? kernel = null;
        long? kernelTCP = null;
        ulong? swappiness = null;
        bool? disableOOMKiller = null;
        bool? useHierarchy = null;
        bool? checkBeforeUpdate = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("limit"u8)) limit = json.Int64();
            else if (property.Is("reservation"u8)) reservation = json.Int64();
            else if (property.Is("swap"u8)) swap = json.Int64();
            else if (property.Is("kernel"u8)) kernel = json.Int64();
            else if (property.Is("kernelTCP"u8)) kernelTCP = json.Int64();
            else if (property.Is("swappiness"u8)) swappiness = json.UInt64();
            else if (property.Is("disableOOMKiller"u8)) disableOOMKiller = json.Boolean();
            else if (property.Is("useHierarchy"u8)) useHierarchy = json.Boolean();
            else if (property.Is("checkBeforeUpdate"u8)) checkBeforeUpdate = json.Boolean();
        }
        return new()
        {
            Limit = limit,
            Reservation = reservation,
            Swap = swap,
            Kernel = kernel,
            KernelTCP = kernelTCP,
            Swappiness = swappiness,
            DisableOOMKiller = disableOOMKiller,
            UseHierarchy = useHierarchy,
            CheckBeforeUpdate = checkBeforeUpdate,
        };
    }

    private static CpuResources CpuResources(ref JsonCursor json)
    {
        ulong? shares = null;
        long? quota = null;
        ulong? burst = null;
        ulong? period = null;
        long? realtimeRuntime = null;
        ulong? realtimePeriod = null;
        string? cpus = null;
        string? mems = null;
        long? idle = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("shares"u8)) shares = json.UInt64();
            else if (property.Is("quota"u8)) quota = json.Int64();
            else if (property.Is("burst"u8)) burst = json.UInt64();
            else if (property.Is("period"u8)) period = json.UInt64();
            else if (property.Is("realtimeRuntime"u8)) realtimeRuntime = json.Int64();
            else if (property.Is("realtimePeriod"u8)) realtimePeriod = json.UInt64();
            else if (property.Is("cpus"u8)) cpus = json.String();
            else if (property.Is("mems"u8)) mems = json.String();
            else if (property.Is("idle"u8)) idle = json.Int64();
        }
        return new()
        {
            Shares = shares,
            Quota = quota,
            Burst = burst,
            Period = period,
            RealtimeRuntime = realtimeRuntime,
            RealtimePeriod = realtimePeriod,
            Cpus = cpus,
            Mems = mems,
            Idle = idle,
        };
    }

    private static PidsResources PidsResources(ref JsonCursor json)
    {
        long? limit = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("limit"u8)) limit = json.Int64();
        }
        return new()
        {
            Limit = limit,
        };
    }

    private static BlockIOResources BlockIOResources(ref JsonCursor json)
    {
        ushort? weight = null;
        ushort? leafWeight = null;
        List<WeightDevice>? weightDevice = null;
        List<ThrottleDevice>? throttleReadBpsDevice = null;
        List<ThrottleDevice>? throttleWriteBpsDevice = null;
        List<ThrottleDevice>? throttleReadIOPSDevice = null;
        List<ThrottleDevice>? throttleWriteIOPSDevice = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("weight"u8)) weight = json.UInt16();
            else if (property.Is("leafWeight"u8)) leafWeight = json.UInt16();
            else if (property.Is("weightDevice"u8)) weightDevice = json.List(WeightDevice);
            else if (property.Is("throttleReadBpsDevice"u8)) throttleReadBpsDevice = json.List(ThrottleDevice);
            else if (property.Is("throttleWriteBpsDevice"u8)) throttleWriteBpsDevice = json.List(ThrottleDevice);
            else if (property.Is("throttleReadIOPSDevice"u8)) throttleReadIOPSDevice = json.List(ThrottleDevice);
            else if (property.Is("throttleWriteIOPSDevice"u8)) throttleWriteIOPSDevice = json.List(ThrottleDevice);
        }
        return new()
        {
            Weight = weight,
            LeafWeight = leafWeight,
            WeightDevice = weightDevice,
            ThrottleReadBpsDevice = throttleReadBpsDevice,
            ThrottleWriteBpsDevice = throttleWriteBpsDevice,
            ThrottleReadIOPSDevice = throttleReadIOPSDevice,
            ThrottleWriteIOPSDevice = throttleWriteIOPSDevice,
        };
    }

    private static WeightDevice WeightDevice(ref JsonCursor json)
    {
        long? major = null;
        long? minor = null;
        ushort? weight = null;
        ushort? leafWeight = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("major"u8)) major = json.Int64();
            else if (property.Is("minor"u8)) minor = json.Int64();
            else if (property.Is("weight"u8)) weight = json.UInt16();
            else if (property.Is("leafWeight"u8)) leafWeight = json.UInt16();
        }
        return new()
        {
            Major = major ?? 0,
            Minor = minor ?? 0,
            Weight = weight,
            LeafWeight = leafWeight,
        };
    }

    private static ThrottleDevice ThrottleDevice(ref JsonCursor json)
    {
        long? major = null;
        long? minor = null;
        ulong? rate = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("major"u8)) major = json.Int64();
            else if (property.Is("minor"u8)) minor = json.Int64();
            else if (property.Is("rate"u8)) rate = json.UInt64();
        }
        return new()
        {
            Major = major ?? 0,
            Minor = minor ?? 0,
            Rate = rate ?? 0,
        };
    }

    private static HugepageLimit HugepageLimit(ref JsonCursor json)
    {
        string? pageSize = null;
        ulong? limit = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("pageSize"u8)) pageSize = json.String();
            else if (property.Is("limit"u8)) limit = json.UInt64();
        }
        return new()
        {
            PageSize = pageSize ?? throw JsonDocumentReader.Missing("pageSize"),
            Limit = limit ?? 0,
        };
    }

    private static NetworkResources NetworkResources(ref JsonCursor json)
    {
        uint? classID = null;
        List<InterfacePriority>? priorities = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("classID"u8)) classID = json.UInt32();
            else if (property.Is("priorities"u8)) priorities = json.List(InterfacePriority);
        }
        return new()
        {
            ClassID = classID,
            Priorities = priorities,
        };
    }

    private static InterfacePriority InterfacePriority(ref JsonCursor json)
    {
        string? name = null;
        uint? priority = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("name"u8)) name = json.String();
            else if (property.Is("priority"u8)) priority = json.UInt32();
        }
        return new()
        {
            Name = name ?? throw JsonDocumentReader.Missing("name"),
            Priority = priority ?? 0,
        };
    }

    private static RdmaResources RdmaResources(ref JsonCursor json)
    {
        uint? hcaHandles = null;
        uint? hcaObjects = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("hcaHandles"u8)) hcaHandles = json.UInt32();
            else if (property.Is("hcaObjects"u8)) hcaObjects = json.UInt32();
        }
        return new()
        {
            HcaHandles = hcaHandles,
            HcaObjects = hcaObjects,
        };
    }
}
