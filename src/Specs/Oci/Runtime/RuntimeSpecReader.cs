using Sampan.Faults;

namespace Sampan.Specs.Oci.Runtime;

/// <summary>Reads the runtime-spec documents by hand: <c>sampan-runtime</c> has no serializer linked in, which halves its size and start-up.
/// Unknown properties are passed over (config.md § Extensibility); known ones that nothing here can honour are refused.</summary>
public static partial class RuntimeSpecReader
{
    /// <summary>A bundle's config.json.</summary>
    /// <exception cref="FaultException">InvalidArgument: not JSON, or not of the specified shape; NotSupported: a property we know and cannot honour.</exception>
    public static RuntimeSpec Read(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "config.json", RuntimeSpec);

    /// <summary>The document of <c>exec --process</c>.</summary>
    /// <inheritdoc cref="Read"/>
    public static ProcessSpec ReadProcess(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "process document", Process);

    /// <summary>The document of <c>update --resources</c>.</summary>
    /// <inheritdoc cref="Read"/>
    public static LinuxResources ReadResources(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "resources document", LinuxResources);

    /// <summary>The object at <c>linux.seccomp</c>.</summary>
    /// <inheritdoc cref="Read"/>
    public static Seccomp ReadSeccomp(ReadOnlySpan<byte> utf8) => JsonDocumentReader.Read(utf8, "linux.seccomp", Seccomp);

    private static RuntimeSpec RuntimeSpec(ref JsonCursor json)
    {
        string? ociVersion = null;
        Root? root = null;
        ProcessSpec? process = null;
        string? hostname = null;
        string? domainname = null;
        List<MountSpec>? mounts = null;
        Hooks? hooks = null;
        Dictionary<string, string>? annotations = null;
        LinuxSpec? linux = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("ociVersion"u8)) ociVersion = json.String();
            else if (property.Is("root"u8)) root = Root(ref json);
            else if (property.Is("process"u8)) process = Process(ref json);
            else if (property.Is("hostname"u8)) hostname = json.String();
            else if (property.Is("domainname"u8)) domainname = json.String();
            else if (property.Is("mounts"u8)) mounts = json.List(Mount);
            else if (property.Is("hooks"u8)) hooks = Hooks(ref json);
            else if (property.Is("annotations"u8)) annotations = json.Map(static (ref item) => item.String());
            else if (property.Is("linux"u8)) linux = Linux(ref json);
        }
        return new()
        {
            OciVersion = ociVersion ?? "",
            Root = root,
            Process = process,
            Hostname = hostname,
            Domainname = domainname,
            Mounts = mounts,
            Hooks = hooks,
            Annotations = annotations,
            Linux = linux,
        };
    }

    private static Root Root(ref JsonCursor json)
    {
        string? path = null;
        bool? @readonly = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("path"u8)) path = json.String();
            else if (property.Is("readonly"u8)) @readonly = json.Boolean();
        }
        return new()
        {
            Path = path ?? throw JsonDocumentReader.Missing("path"),
            Readonly = @readonly,
        };
    }

    private static MountSpec Mount(ref JsonCursor json)
    {
        string? destination = null;
        string? type = null;
        string? source = null;
        List<string>? options = null;
        List<IdMapping>? uidMappings = null;
        List<IdMapping>? gidMappings = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("destination"u8)) destination = json.String();
            else if (property.Is("type"u8)) type = json.String();
            else if (property.Is("source"u8)) source = json.String();
            else if (property.Is("options"u8)) options = json.Strings();
            else if (property.Is("uidMappings"u8)) uidMappings = json.List(IdMapping);
            else if (property.Is("gidMappings"u8)) gidMappings = json.List(IdMapping);
        }
        return new()
        {
            Destination = destination ?? throw JsonDocumentReader.Missing("destination"),
            Type = type,
            Source = source,
            Options = options,
            UidMappings = uidMappings,
            GidMappings = gidMappings,
        };
    }

    private static IdMapping IdMapping(ref JsonCursor json)
    {
        uint? containerID = null;
        uint? hostID = null;
        uint? size = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("containerID"u8)) containerID = json.UInt32();
            else if (property.Is("hostID"u8)) hostID = json.UInt32();
            else if (property.Is("size"u8)) size = json.UInt32();
        }
        return new()
        {
            ContainerID = containerID ?? 0,
            HostID = hostID ?? 0,
            Size = size ?? 0,
        };
    }

    private static Hooks Hooks(ref JsonCursor json)
    {
        List<Hook>? prestart = null;
        List<Hook>? createRuntime = null;
        List<Hook>? createContainer = null;
        List<Hook>? startContainer = null;
        List<Hook>? poststart = null;
        List<Hook>? poststop = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("prestart"u8)) prestart = json.List(Hook);
            else if (property.Is("createRuntime"u8)) createRuntime = json.List(Hook);
            else if (property.Is("createContainer"u8)) createContainer = json.List(Hook);
            else if (property.Is("startContainer"u8)) startContainer = json.List(Hook);
            else if (property.Is("poststart"u8)) poststart = json.List(Hook);
            else if (property.Is("poststop"u8)) poststop = json.List(Hook);
        }
        return new()
        {
            Prestart = prestart,
            CreateRuntime = createRuntime,
            CreateContainer = createContainer,
            StartContainer = startContainer,
            Poststart = poststart,
            Poststop = poststop,
        };
    }

    private static Hook Hook(ref JsonCursor json)
    {
        string? path = null;
        List<string>? args = null;
        List<string>? env = null;
        int? timeout = null;
        PropertyName property = default;
        while (json.NextProperty(ref property))
        {
            if (property.Is("path"u8)) path = json.String();
            else if (property.Is("args"u8)) args = json.Strings();
            else if (property.Is("env"u8)) env = json.Strings();
            else if (property.Is("timeout"u8)) timeout = json.Int32();
        }
        return new()
        {
            Path = path ?? throw JsonDocumentReader.Missing("path"),
            Args = args,
            Env = env,
            Timeout = timeout,
        };
    }
}
