using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>A volume. Engine API 1.51, Volume.</summary>
public sealed record Volume
{
    /// <summary>RFC 3339, whole seconds.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CreatedAt { get; init => field = OmitEmpty.Text(value); }
    public string Driver { get; init => field = value ?? "local"; } = "local";

    /// <summary>null when none were given.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public string Mountpoint { get; init => field = value ?? ""; } = "";
    public required string Name { get; init; }

    /// <summary>null when none were given.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }

    /// <summary>"local" or "global".</summary>
    public string Scope { get; init => field = value ?? "local"; } = "local";

    /// <summary>Only in GET /system/df.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VolumeUsage? UsageData { get; init; }
}

/// <summary>How much a volume is used; -1 means not known.</summary>
public sealed record VolumeUsage
{
    /// <summary>Containers that mount it.</summary>
    public long RefCount { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }
}
