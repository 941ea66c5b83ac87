using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Body of POST /exec/{id}/start.</summary>
public sealed record ExecStartRequest
{
    public bool Detach { get; init; }
    public bool Tty { get; init; }

    /// <summary>Height, width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<uint>? ConsoleSize { get; init; }
}
