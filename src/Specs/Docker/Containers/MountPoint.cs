using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>A mount as a container has it (inspect, ps).</summary>
public sealed record MountPoint
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init => field = OmitEmpty.Text(value); }

    /// <summary>The volume's name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init => field = OmitEmpty.Text(value); }
    public string Source { get; init => field = value ?? ""; } = "";
    public string Destination { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Driver { get; init => field = OmitEmpty.Text(value); }

    /// <summary>The options as given, for example "z" or "ro".</summary>
    public string Mode { get; init => field = value ?? ""; } = "";
    public bool RW { get; init; }
    public string Propagation { get; init => field = value ?? ""; } = "";
}
