using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /containers/create.</summary>
public sealed record ContainerCreateResponse
{
    [JsonPropertyName("Id")]
    public required string Id { get; init; }

    /// <summary>Never null: clients print each line.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
