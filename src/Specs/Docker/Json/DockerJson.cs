using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The JSON of the Docker Engine API 1.51. Names are compared without case when read, as Go does; null and empty are
/// written exactly where dockerd writes them. A generated reader sets every init property, to null when the text does not have it: setters turn that
/// back into Go's zero value. Use <see cref="Wire"/>: it escapes no more than Go does.
/// https://docs.docker.com/reference/api/engine/version/v1.51/</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters =
    [
        typeof(GoStringConverter), typeof(GoBoolConverter), typeof(GoInt32Converter), typeof(GoInt64Converter),
        typeof(GoUInt16Converter), typeof(GoUInt32Converter), typeof(GoUInt64Converter), typeof(GoTimeConverter),
        typeof(GoMapConverter<string>), typeof(GoMapConverter<EmptyObject>), typeof(GoMapConverter<ulong>),
        typeof(GoMapConverter<IReadOnlyList<PortBinding>?>), typeof(GoMapConverter<EndpointSettings>),
        typeof(GoMapConverter<EndpointResource>), typeof(GoMapConverter<NetworkStats>),
        typeof(GoMapConverter<RuntimeWithStatus>), typeof(GoMapConverter<RegistryIndex>),
    ])]
[JsonSerializable(typeof(ContainerConfig))]
[JsonSerializable(typeof(ContainerCreateRequest))]
[JsonSerializable(typeof(ContainerCreateResponse))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(IReadOnlyList<ContainerSummary>))]
[JsonSerializable(typeof(ContainerStats))]
[JsonSerializable(typeof(ContainerTopResponse))]
[JsonSerializable(typeof(ContainerWaitResponse))]
[JsonSerializable(typeof(ContainerUpdateRequest))]
[JsonSerializable(typeof(ContainerUpdateResponse))]
[JsonSerializable(typeof(ContainerPathStat))]
[JsonSerializable(typeof(ContainersPruneReport))]
[JsonSerializable(typeof(IReadOnlyList<FilesystemChange>))]
[JsonSerializable(typeof(IdResponse))]
[JsonSerializable(typeof(ExecCreateRequest))]
[JsonSerializable(typeof(ExecStartRequest))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(IReadOnlyList<ImageSummary>))]
[JsonSerializable(typeof(IReadOnlyList<HistoryItem>))]
[JsonSerializable(typeof(IReadOnlyList<ImageDeleteItem>))]
[JsonSerializable(typeof(ImagesPruneReport))]
[JsonSerializable(typeof(IReadOnlyList<ImageSearchResult>))]
[JsonSerializable(typeof(DistributionInspect))]
[JsonSerializable(typeof(OciPlatform))]
[JsonSerializable(typeof(SeccompProfile))]
[JsonSerializable(typeof(VolumeCreateRequest))]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(VolumeListResponse))]
[JsonSerializable(typeof(VolumesPruneReport))]
[JsonSerializable(typeof(NetworkCreateRequest))]
[JsonSerializable(typeof(NetworkCreateResponse))]
[JsonSerializable(typeof(NetworkConnectRequest))]
[JsonSerializable(typeof(NetworkDisconnectRequest))]
[JsonSerializable(typeof(IReadOnlyList<NetworkInspect>))]
[JsonSerializable(typeof(NetworksPruneReport))]
[JsonSerializable(typeof(SystemInfoResponse))]
[JsonSerializable(typeof(VersionResponse))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(DiskUsageResponse))]
[JsonSerializable(typeof(BuildCachePruneReport))]
[JsonSerializable(typeof(AuthResponse))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ProgressMessage))]
[JsonSerializable(typeof(PushReceipt))]
[JsonSerializable(typeof(IReadOnlyList<ImageReferrer>))]
[JsonSerializable(typeof(PushedInsteadOfIndex))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class DockerJson : JsonSerializerContext
{
    /// <summary>The context every request and response uses. Made at the first use: the generated statics must exist by then.</summary>
    public static DockerJson Wire => field ??= new(new JsonSerializerOptions(Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The same documents, indented: for documents kept on disk that people read, and for <c>inspect</c>.</summary>
    public static DockerJson Indented => field ??= new(new JsonSerializerOptions(Wire.Options)
    {
        WriteIndented = true,
        IndentSize = 4,
    });
}
