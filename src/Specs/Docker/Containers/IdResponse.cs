using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of the operations that create something without warnings: exec create, commit.</summary>
public sealed record IdResponse
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }
}
