namespace Sampan.Specs.Oci.Runtime;

public static partial class RuntimeSpecReader
{
    private static ProcessSpec Process(ref JsonCursor json)
    {
        bool? terminal = null;
        ConsoleSize? consoleSize = null;
        UserSpec? user = null;
        List<string>? args = null;
        List<string>? env = null;
        string? cwd = null;
        CapabilitiesSpec? capabilities = null;
        List<RlimitSpec>? rlimits = null;
        bool? noNewPrivileges = null;
        string? apparmorProfile = null;
        int? oomScoreAdj = null;
        SchedulerSpec? scheduler = null;
        string? selinuxLabel = null;
        IOPrioritySpec? ioPriority = null;
        CpuAffinitySpec? execCPUAffinity = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("terminal"u8)) terminal = json.Boolean();
            else if (property.Is("consoleSize"u8)) consoleSize = ConsoleSize(ref json);
            else if (property.Is("user"u8)) user = User(ref json);
            else if (property.Is("args"u8)) args = json.Strings();
            else if (property.Is("env"u8)) env = json.Strings();
            else if (property.Is("cwd"u8)) cwd = json.String();
            else if (property.Is("capabilities"u8)) capabilities = Capabilities(ref json);
            else if (property.Is("rlimits"u8)) rlimits = json.List(Rlimit);
            else if (property.Is("noNewPrivileges"u8)) noNewPrivileges = json.Boolean();
            else if (property.Is("apparmorProfile"u8)) apparmorProfile = json.String();
            else if (property.Is("oomScoreAdj"u8)) oomScoreAdj = json.Int32();
            else if (property.Is("scheduler"u8)) scheduler = Scheduler(ref json);
            else if (property.Is("selinuxLabel"u8)) selinuxLabel = json.String();
            else if (property.Is("ioPriority"u8)) ioPriority = IOPriority(ref json);
            else if (property.Is("execCPUAffinity"u8)) execCPUAffinity = CpuAffinity(ref json);
        }
        return new()
        {
            Terminal = terminal,
            ConsoleSize = consoleSize,
            User = user ?? new UserSpec(),
            Args = args ?? [],
            Env = env,
            Cwd = cwd ?? throw JsonDocumentReader.Missing("cwd"),
            Capabilities = capabilities,
            Rlimits = rlimits,
            NoNewPrivileges = noNewPrivileges,
            ApparmorProfile = apparmorProfile,
            OomScoreAdj = oomScoreAdj,
            Scheduler = scheduler,
            SelinuxLabel = selinuxLabel,
            IoPriority = ioPriority,
            ExecCPUAffinity = execCPUAffinity,
        };
    }

    private static ConsoleSize ConsoleSize(ref JsonCursor json)
    {
        ushort? height = null;
        ushort? width = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("height"u8)) height = json.UInt16();
            else if (property.Is("width"u8)) width = json.UInt16();
        }
        return new()
        {
            Height = height ?? 0,
            Width = width ?? 0,
        };
    }

    private static UserSpec User(ref JsonCursor json)
    {
        uint? uid = null;
        uint? gid = null;
        uint? umask = null;
        List<uint>? additionalGids = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("uid"u8)) uid = json.UInt32();
            else if (property.Is("gid"u8)) gid = json.UInt32();
            else if (property.Is("umask"u8)) umask = json.UInt32();
            else if (property.Is("additionalGids"u8)) additionalGids = json.List(static (ref item) => item.UInt32());
        }
        return new()
        {
            Uid = uid ?? 0,
            Gid = gid ?? 0,
            Umask = umask,
            AdditionalGids = additionalGids,
        };
    }

    private static CapabilitiesSpec Capabilities(ref JsonCursor json)
    {
        List<string>? bounding = null;
        List<string>? effective = null;
        List<string>? inheritable = null;
        List<string>? permitted = null;
        List<string>? ambient = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("bounding"u8)) bounding = json.Strings();
            else if (property.Is("effective"u8)) effective = json.Strings();
            else if (property.Is("inheritable"u8)) inheritable = json.Strings();
            else if (property.Is("permitted"u8)) permitted = json.Strings();
            else if (property.Is("ambient"u8)) ambient = json.Strings();
        }
        return new()
        {
            Bounding = bounding,
            Effective = effective,
            Inheritable = inheritable,
            Permitted = permitted,
            Ambient = ambient,
        };
    }

    private static RlimitSpec Rlimit(ref JsonCursor json)
    {
        string? type = null;
        ulong? hard = null;
        ulong? soft = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("type"u8)) type = json.String();
            else if (property.Is("hard"u8)) hard = json.UInt64();
            else if (property.Is("soft"u8)) soft = json.UInt64();
        }
        return new()
        {
            Type = type ?? throw JsonDocumentReader.Missing("type"),
            Hard = hard ?? 0,
            Soft = soft ?? 0,
        };
    }

    private static SchedulerSpec Scheduler(ref JsonCursor json)
    {
        string? policy = null;
        int? nice = null;
        int? priority = null;
        List<string>? flags = null;
        ulong? runtime = null;
        ulong? deadline = null;
        ulong? period = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("policy"u8)) policy = json.String();
            else if (property.Is("nice"u8)) nice = json.Int32();
            else if (property.Is("priority"u8)) priority = json.Int32();
            else if (property.Is("flags"u8)) flags = json.Strings();
            else if (property.Is("runtime"u8)) runtime = json.UInt64();
            else if (property.Is("deadline"u8)) deadline = json.UInt64();
            else if (property.Is("period"u8)) period = json.UInt64();
        }
        return new()
        {
            Policy = policy ?? throw JsonDocumentReader.Missing("policy"),
            Nice = nice,
            Priority = priority,
            Flags = flags,
            Runtime = runtime,
            Deadline = deadline,
            Period = period,
        };
    }

    private static IOPrioritySpec IOPriority(ref JsonCursor json)
    {
        string? @class = null;
        int? priority = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("class"u8)) @class = json.String();
            else if (property.Is("priority"u8)) priority = json.Int32();
        }
        return new()
        {
            Class = @class ?? throw JsonDocumentReader.Missing("class"),
            Priority = priority ?? 0,
        };
    }

    private static CpuAffinitySpec CpuAffinity(ref JsonCursor json)
    {
        string? initial = null;
        string? final = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("initial"u8)) initial = json.String();
            else if (property.Is("final"u8)) final = json.String();
        }
        return new()
        {
            Initial = initial,
            Final = final,
        };
    }
}
