using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>A port of a listed container.</summary>
public sealed record ContainerPort
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IP { get; init => field = OmitEmpty.Text(value); }
    public ushort PrivatePort { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ushort PublicPort { get; init; }

    /// <summary>"tcp", "udp" or "sctp".</summary>
    public string Type { get; init => field = value ?? ""; } = "";
}
