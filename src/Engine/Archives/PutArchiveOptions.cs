namespace Sampan.Engine.Archives;

/// <summary>How <c>docker cp</c> into a container unpacks.</summary>
public sealed record PutArchiveOptions
{
    /// <summary>Refuse to put a directory where another kind of file is, and the reverse.</summary>
    public bool NoOverwriteDirNonDir { get; init; }
    /// <summary>Everything belongs to the container's user.</summary>
    public bool CopyUidGid { get; init; }
}
