using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One row of GET /images/{name}/history, newest first.</summary>
public sealed record HistoryItem
{
    public string Comment { get; init => field = value ?? ""; } = "";

    /// <summary>Unix seconds.</summary>
    public long Created { get; init; }
    public string CreatedBy { get; init => field = value ?? ""; } = "";

    /// <summary>The image's id in the first row, "&lt;missing&gt;" in the others.</summary>
    [JsonPropertyName("Id")]
    public string Id { get; init => field = value ?? "<missing>"; } = "<missing>";

    /// <summary>Bytes of the layer.</summary>
    public long Size { get; init; }
    public IReadOnlyList<string>? Tags { get; init; }
}
