using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The body of every error.</summary>
public sealed record ErrorResponse
{
    [JsonPropertyName("message")]
    public required string Message { get; init; }
}
