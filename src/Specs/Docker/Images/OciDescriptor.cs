using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>An OCI descriptor inside Docker's documents (image-spec names are lower case there too).</summary>
public sealed record OciDescriptor
{
    [JsonPropertyName("mediaType")]
    public string MediaType { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("digest")]
    public string Digest { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("size")]
    public long Size { get; init; }

    [JsonPropertyName("urls"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Urls { get; init => field = OmitEmpty.List(value); }

    [JsonPropertyName("annotations"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Annotations { get; init => field = OmitEmpty.Map(value); }

    [JsonPropertyName("platform"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OciPlatform? Platform { get; init; }
}

/// <summary>An OCI platform inside Docker's documents and in the <c>platform</c> query parameter.</summary>
public sealed record OciPlatform
{
    [JsonPropertyName("architecture")]
    public string Architecture { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("os")]
    public string Os { get; init => field = value ?? ""; } = "";

    [JsonPropertyName("os.version"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OsVersion { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("os.features"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? OsFeatures { get; init => field = OmitEmpty.List(value); }

    [JsonPropertyName("variant"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Variant { get; init => field = OmitEmpty.Text(value); }
}
