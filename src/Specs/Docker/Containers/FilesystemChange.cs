namespace Sampan.Specs.Docker;

/// <summary>One line of docker diff.</summary>
public sealed record FilesystemChange
{
    /// <summary>0 changed, 1 added, 2 deleted.</summary>
    public int Kind { get; init; }
    public string Path { get; init => field = value ?? ""; } = "";
}
