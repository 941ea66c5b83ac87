namespace Sampan.Specs.Docker;

/// <summary>Where the storage driver keeps a container's or image's files.</summary>
public sealed record StorageDriverData
{
    /// <summary>For overlay2: LowerDir, MergedDir, UpperDir, WorkDir.</summary>
    public IReadOnlyDictionary<string, string>? Data { get; init; }
    public string Name { get; init => field = value ?? ""; } = "";
}
