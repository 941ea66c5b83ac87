using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /exec/{id}/json.</summary>
public sealed record ExecInspect
{
    [JsonPropertyName("ID")]
    public required string Id { get; init; }
    public bool Running { get; init; }

    /// <summary>null until it has ended.</summary>
    public int? ExitCode { get; init; }
    public ExecProcessConfig? ProcessConfig { get; init; }
    public bool OpenStdin { get; init; }
    public bool OpenStderr { get; init; }
    public bool OpenStdout { get; init; }
    public bool CanRemove { get; init; }
    public string ContainerID { get; init => field = value ?? ""; } = "";

    /// <summary>The key sequence as bytes, base64.</summary>
    public string? DetachKeys { get; init; }

    /// <summary>On the host.</summary>
    public int Pid { get; init; }
}

/// <summary>What an exec runs.</summary>
public sealed record ExecProcessConfig
{
    [JsonPropertyName("tty")]
    public bool Tty { get; init; }

    [JsonPropertyName("entrypoint")]
    public string Entrypoint { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("arguments")]
    public IReadOnlyList<string>? Arguments { get; init; }

    [JsonPropertyName("privileged"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Privileged { get; init; }

    [JsonPropertyName("user"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? User { get; init => field = OmitEmpty.Text(value); }
}
