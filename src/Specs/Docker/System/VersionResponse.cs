using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /version.</summary>
public sealed record VersionResponse
{
    public VersionPlatform Platform { get; init => field = value ?? new(); } = new();

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ComponentVersion>? Components { get; init => field = OmitEmpty.List(value); }
    public string Version { get; init => field = value ?? ""; } = "";
    public string ApiVersion { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("MinAPIVersion"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MinApiVersion { get; init => field = OmitEmpty.Text(value); }
    public string GitCommit { get; init => field = value ?? ""; } = "";

    /// <summary>The name is Docker's; the value says what this engine was compiled with.</summary>
    public string GoVersion { get; init => field = value ?? ""; } = "";
    public string Os { get; init => field = value ?? ""; } = "";
    public string Arch { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KernelVersion { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Experimental { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BuildTime { get; init => field = OmitEmpty.Text(value); }
}

/// <summary>The product's name.</summary>
public sealed record VersionPlatform
{
    public string Name { get; init => field = value ?? ""; } = "";
}

/// <summary>One part of the product.</summary>
public sealed record ComponentVersion
{
    public string Name { get; init => field = value ?? ""; } = "";
    public string Version { get; init => field = value ?? ""; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Details { get; init => field = OmitEmpty.Map(value); }
}
