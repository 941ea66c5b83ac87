using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The header X-Docker-Container-Path-Stat (base64 of this JSON): one file in a container.</summary>
public sealed record ContainerPathStat
{
    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    /// <summary>Go's os.FileMode: permission bits, and bit 31 for directories, 27 for symlinks, …</summary>
    [JsonPropertyName("mode")]
    public uint Mode { get; init; }

    [JsonPropertyName("mtime")]
    public DateTimeOffset Mtime { get; init; }

    [JsonPropertyName("linkTarget")]
    public string LinkTarget { get; init => field = value ?? ""; } = "";
}
