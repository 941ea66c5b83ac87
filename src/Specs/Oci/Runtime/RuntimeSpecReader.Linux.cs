namespace Sampan.Specs.Oci.Runtime;

public static partial class RuntimeSpecReader
{
    private static LinuxSpec Linux(ref JsonCursor json)
    {
        List<IdMapping>? uidMappings = null;
        List<IdMapping>? gidMappings = null;
        Dictionary<string, TimeOffset>? timeOffsets = null;
        Dictionary<string, string>? sysctl = null;
        LinuxResources? resources = null;
        string? cgroupsPath = null;
        List<NamespaceSpec>? namespaces = null;
        List<DeviceSpec>? devices = null;
        byte[]? seccomp = null;
        string? rootfsPropagation = null;
        List<string>? maskedPaths = null;
        List<string>? readonlyPaths = null;
        string? mountLabel = null;
        IntelRdt? intelRdt = null;
        Personality? personality = null;
        MemoryPolicy? memoryPolicy = null;
        Dictionary<string, NetDevice>? netDevices = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("uidMappings"u8)) uidMappings = json.List(IdMapping);
            else if (property.Is("gidMappings"u8)) gidMappings = json.List(IdMapping);
            else if (property.Is("timeOffsets"u8)) timeOffsets = json.Map(TimeOffset);
            else if (property.Is("sysctl"u8)) sysctl = json.Map(static (ref item) => item.String());
            else if (property.Is("resources"u8)) resources = LinuxResources(ref json);
            else if (property.Is("cgroupsPath"u8)) cgroupsPath = json.String();
            else if (property.Is("namespaces"u8)) namespaces = json.List(Namespace);
            else if (property.Is("devices"u8)) devices = json.List(Device);
            else if (property.Is("seccomp"u8)) seccomp = json.Raw();
            else if (property.Is("rootfsPropagation"u8)) rootfsPropagation = json.String();
            else if (property.Is("maskedPaths"u8)) maskedPaths = json.Strings();
            else if (property.Is("readonlyPaths"u8)) readonlyPaths = json.Strings();
            else if (property.Is("mountLabel"u8)) mountLabel = json.String();
            else if (property.Is("intelRdt"u8)) intelRdt = IntelRdt(ref json);
            else if (property.Is("personality"u8)) personality = Personality(ref json);
            else if (property.Is("memoryPolicy"u8)) memoryPolicy = MemoryPolicy(ref json);
            else if (property.Is("netDevices"u8)) netDevices = json.Map(NetDevice);
        }
        return new()
        {
            UidMappings = uidMappings,
            GidMappings = gidMappings,
            TimeOffsets = timeOffsets,
            Sysctl = sysctl,
            Resources = resources,
            CgroupsPath = cgroupsPath,
            Namespaces = namespaces,
            Devices = devices,
            SeccompJson = seccomp,
            RootfsPropagation = rootfsPropagation,
            MaskedPaths = maskedPaths,
            ReadonlyPaths = readonlyPaths,
            MountLabel = mountLabel,
            IntelRdt = intelRdt,
            Personality = personality,
            MemoryPolicy = memoryPolicy,
            NetDevices = netDevices,
        };
    }

    private static NamespaceSpec Namespace(ref JsonCursor json)
    {
        string? type = null;
        string? path = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("type"u8)) type = json.String();
            else if (property.Is("path"u8)) path = json.String();
        }
        return new()
        {
            Type = type ?? throw JsonDocumentReader.Missing("type"),
            Path = path,
        };
    }

    private static DeviceSpec Device(ref JsonCursor json)
    {
        string? path = null;
        string? type = null;
        long? major = null;
        long? minor = null;
        uint? fileMode = null;
        uint? uid = null;
        uint? gid = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("path"u8)) path = json.String();
            else if (property.Is("type"u8)) type = json.String();
            else if (property.Is("major"u8)) major = json.Int64();
            else if (property.Is("minor"u8)) minor = json.Int64();
            else if (property.Is("fileMode"u8)) fileMode = json.UInt32();
            else if (property.Is("uid"u8)) uid = json.UInt32();
            else if (property.Is("gid"u8)) gid = json.UInt32();
        }
        return new()
        {
            Path = path ?? throw JsonDocumentReader.Missing("path"),
            Type = type ?? throw JsonDocumentReader.Missing("type"),
            Major = major,
            Minor = minor,
            FileMode = fileMode,
            Uid = uid,
            Gid = gid,
        };
    }

    private static TimeOffset TimeOffset(ref JsonCursor json)
    {
        long? secs = null;
        uint? nanosecs = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("secs"u8)) secs = json.Int64();
            else if (property.Is("nanosecs"u8)) nanosecs = json.UInt32();
        }
        return new()
        {
            Secs = secs ?? 0,
            Nanosecs = nanosecs ?? 0,
        };
    }

    private static Personality Personality(ref JsonCursor json)
    {
        string? domain = null;
        List<string>? flags = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("domain"u8)) domain = json.String();
            else if (property.Is("flags"u8)) flags = json.Strings();
        }
        return new()
        {
            Domain = domain ?? throw JsonDocumentReader.Missing("domain"),
            Flags = flags,
        };
    }

    private static IntelRdt IntelRdt(ref JsonCursor json)
    {
        string? closID = null;
        string? l3CacheSchema = null;
        string? memBwSchema = null;
        List<string>? schemata = null;
        bool? enableMonitoring = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("closID"u8)) closID = json.String();
            else if (property.Is("l3CacheSchema"u8)) l3CacheSchema = json.String();
            else if (property.Is("memBwSchema"u8)) memBwSchema = json.String();
            else if (property.Is("schemata"u8)) schemata = json.Strings();
            else if (property.Is("enableMonitoring"u8)) enableMonitoring = json.Boolean();
        }
        return new()
        {
            ClosID = closID,
            L3CacheSchema = l3CacheSchema,
            MemBwSchema = memBwSchema,
            Schemata = schemata,
            EnableMonitoring = enableMonitoring,
        };
    }

    private static MemoryPolicy MemoryPolicy(ref JsonCursor json)
    {
        string? mode = null;
        string? nodes = null;
        List<string>? flags = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("mode"u8)) mode = json.String();
            else if (property.Is("nodes"u8)) nodes = json.String();
            else if (property.Is("flags"u8)) flags = json.Strings();
        }
        return new()
        {
            Mode = mode ?? "",
            Nodes = nodes,
            Flags = flags,
        };
    }

    private static NetDevice NetDevice(ref JsonCursor json)
    {
        string? name = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("name"u8)) name = json.String();
        }
        return new() { Name = name };
    }

    private static Seccomp Seccomp(ref JsonCursor json)
    {
        string? defaultAction = null;
        uint? defaultErrnoRet = null;
        List<string>? architectures = null;
        List<string>? flags = null;
        string? listenerPath = null;
        string? listenerMetadata = null;
        List<SeccompSyscall>? syscalls = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("defaultAction"u8)) defaultAction = json.String();
            else if (property.Is("defaultErrnoRet"u8)) defaultErrnoRet = json.UInt32();
            else if (property.Is("architectures"u8)) architectures = json.Strings();
            else if (property.Is("flags"u8)) flags = json.Strings();
            else if (property.Is("listenerPath"u8)) listenerPath = json.String();
            else if (property.Is("listenerMetadata"u8)) listenerMetadata = json.String();
            else if (property.Is("syscalls"u8)) syscalls = json.List(SeccompSyscall);
        }
        return new()
        {
            DefaultAction = defaultAction ?? throw JsonDocumentReader.Missing("defaultAction"),
            DefaultErrnoRet = defaultErrnoRet,
            Architectures = architectures,
            Flags = flags,
            ListenerPath = listenerPath,
            ListenerMetadata = listenerMetadata,
            Syscalls = syscalls,
        };
    }

    private static SeccompSyscall SeccompSyscall(ref JsonCursor json)
    {
        List<string>? names = null;
        string? action = null;
        uint? errnoRet = null;
        List<SeccompArgument>? args = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("names"u8)) names = json.Strings();
            else if (property.Is("action"u8)) action = json.String();
            else if (property.Is("errnoRet"u8)) errnoRet = json.UInt32();
            else if (property.Is("args"u8)) args = json.List(SeccompArgument);
        }
        return new()
        {
            Names = names ?? throw JsonDocumentReader.Missing("names"),
            Action = action ?? throw JsonDocumentReader.Missing("action"),
            ErrnoRet = errnoRet,
            Args = args,
        };
    }

    private static SeccompArgument SeccompArgument(ref JsonCursor json)
    {
        uint? index = null;
        ulong? value = null;
        ulong? valueTwo = null;
        string? op = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("index"u8)) index = json.UInt32();
            else if (property.Is("value"u8)) value = json.UInt64();
            else if (property.Is("valueTwo"u8)) valueTwo = json.UInt64();
            else if (property.Is("op"u8)) op = json.String();
        }
        return new()
        {
            Index = index ?? 0,
            Value = value ?? 0,
            ValueTwo = valueTwo,
            Op = op ?? throw JsonDocumentReader.Missing("op"),
        };
    }
}
