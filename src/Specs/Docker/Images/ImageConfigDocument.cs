using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The Config part of an image's inspect document. dockerd writes it as a map, so in the order of the names; the members that are null
/// below stand for it even when the image has none of them. Those an OCI image cannot hold were dropped with API 1.50.</summary>
public sealed record ImageConfigDocument
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; init; }

    /// <summary>Only below API 1.50, like the other members of a container's config here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStderr { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStdin { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? AttachStdout { get; init; }
    public IReadOnlyList<string>? Cmd { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Domainname { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init => field = OmitEmpty.List(value); }
    public IReadOnlyList<string>? Env { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init => field = OmitEmpty.Map(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthConfig? Healthcheck { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hostname { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Image { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init => field = OmitEmpty.Map(value); }
    public IReadOnlyList<string>? OnBuild { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? OpenStdin { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Shell { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? StdinOnce { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopSignal { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Tty { get; init; }
    public string User { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; init => field = OmitEmpty.Map(value); }
    public string WorkingDir { get; init => field = value ?? ""; } = "";
}
