using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One row of GET /images/search.</summary>
public sealed record ImageSearchResult
{
    [JsonPropertyName("star_count")]
    public int StarCount { get; init; }

    [JsonPropertyName("is_official")]
    public bool IsOfficial { get; init; }

    [JsonPropertyName("name")]
    public string Name { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("is_automated")]
    public bool IsAutomated { get; init; }

    [JsonPropertyName("description")]
    public string Description { get; init => field = value ?? ""; } = "";
}
