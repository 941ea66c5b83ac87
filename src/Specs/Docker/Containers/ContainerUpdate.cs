namespace Sampan.Specs.Docker;

/// <summary>Body of POST /containers/{id}/update: zero and null leave a limit as it is.</summary>
public sealed record ContainerUpdateRequest : ContainerResources
{
    public RestartPolicy RestartPolicy { get; init => field = value ?? new(); } = new();
}

/// <summary>Answer of POST /containers/{id}/update.</summary>
public sealed record ContainerUpdateResponse
{
    public required IReadOnlyList<string>? Warnings { get; init; }
}
