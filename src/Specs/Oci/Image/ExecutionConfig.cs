using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Specs.Oci.Image;

/// <summary>Defaults for the process of a container. image-spec v1.1, config.md § config; Docker adds the last block of members.</summary>
public sealed record ExecutionConfig
{
    [JsonPropertyName("User")] public string? User { get; init; }

    /// <summary>Keys are "port/protocol"; values are empty objects.</summary>
    [JsonPropertyName("ExposedPorts")] public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    /// <summary>NAME=value.</summary>
    [JsonPropertyName("Env")] public IReadOnlyList<string>? Env { get; init; }

    [JsonPropertyName("Entrypoint")]
    [JsonConverter(typeof(StringListJsonConverter))]
    public IReadOnlyList<string>? Entrypoint { get; init; }

    [JsonPropertyName("Cmd")]
    [JsonConverter(typeof(StringListJsonConverter))]
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>Keys are absolute paths; values are empty objects.</summary>
    [JsonPropertyName("Volumes")] public IReadOnlyDictionary<string, EmptyObject>? Volumes { get; init; }
    [JsonPropertyName("WorkingDir")] public string? WorkingDir { get; init; }
    [JsonPropertyName("Labels")] public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>A name ("SIGTERM") or a number.</summary>
    [JsonPropertyName("StopSignal")] public string? StopSignal { get; init; }
    [JsonPropertyName("ArgsEscaped")] public bool? ArgsEscaped { get; init; }

    // Docker's own.
    [JsonPropertyName("Healthcheck")] public HealthcheckConfig? Healthcheck { get; init; }
    [JsonPropertyName("OnBuild")] public IReadOnlyList<string>? OnBuild { get; init; }

    [JsonPropertyName("Shell")]
    [JsonConverter(typeof(StringListJsonConverter))]
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>Seconds.</summary>
    [JsonPropertyName("StopTimeout")] public int? StopTimeout { get; init; }

    /// <summary>Members of Docker's container config that mean nothing for an image (Hostname, Tty, …), kept as they came.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>{} : the value of a set written as a JSON object.</summary>
public sealed record EmptyObject;

/// <summary>How to tell whether the container works. Docker's image spec v1.2, § Healthcheck. Durations in nanoseconds; 0 inherits.</summary>
public sealed record HealthcheckConfig
{
    /// <summary>[] inherits, ["NONE"] disables, ["CMD", args…], ["CMD-SHELL", line].</summary>
    [JsonPropertyName("Test")] public IReadOnlyList<string>? Test { get; init; }
    [JsonPropertyName("Interval")] public long? Interval { get; init; }
    [JsonPropertyName("Timeout")] public long? Timeout { get; init; }
    [JsonPropertyName("StartPeriod")] public long? StartPeriod { get; init; }
    [JsonPropertyName("StartInterval")] public long? StartInterval { get; init; }
    [JsonPropertyName("Retries")] public int? Retries { get; init; }
}
