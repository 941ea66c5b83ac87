using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>What runs in a container, independent of the host: the image-like half of a container.
/// Engine API 1.51, ContainerConfig.</summary>
public record ContainerConfig
{
    public string Hostname { get; init => field = value ?? ""; } = "";
    public string Domainname { get; init => field = value ?? ""; } = "";

    /// <summary>"user", "uid", "user:group" or "uid:gid"; empty means the image's user.</summary>
    public string User { get; init => field = value ?? ""; } = "";
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }

    /// <summary>Keys are "80/tcp".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init => field = OmitEmpty.Map(value); }
    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }

    /// <summary>Close stdin after the one attached client leaves.</summary>
    public bool StdinOnce { get; init; }

    /// <summary>"NAME=value"; a bare "NAME" removes it.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    [JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? Cmd { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public HealthConfig? Healthcheck { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ArgsEscaped { get; init; }

    /// <summary>The image as the user named it.</summary>
    public string Image { get; init => field = value ?? ""; } = "";

    /// <summary>Anonymous volumes: keys are paths in the container.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; init; }
    public string WorkingDir { get; init => field = value ?? ""; } = "";

    [JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NetworkDisabled { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MacAddress { get; init => field = OmitEmpty.Text(value); }
    public IReadOnlyList<string>? OnBuild { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>"SIGTERM", "TERM" or "15".</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StopSignal { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Seconds between the stop signal and SIGKILL; -1 waits for ever; null means 10.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? StopTimeout { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(StringOrListConverter))]
    public IReadOnlyList<string>? Shell { get; init => field = OmitEmpty.List(value); }

    /// <summary>This part alone, when the value is a <see cref="ContainerCreateRequest"/>.</summary>
    public ContainerConfig ToConfig() => new(this);
}
