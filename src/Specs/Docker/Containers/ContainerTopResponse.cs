namespace Sampan.Specs.Docker;

/// <summary>Answer of GET /containers/{id}/top: a table as ps prints it.</summary>
public sealed record ContainerTopResponse
{
    public required IReadOnlyList<IReadOnlyList<string>> Processes { get; init; }
    public required IReadOnlyList<string> Titles { get; init; }
}
