namespace Sampan.Layers;

/// <summary>How an archive is unpacked into a directory of a root.</summary>
public sealed record UnpackOptions
{
    /// <summary>Refuse to put a directory where another kind of file is, and the reverse (`noOverwriteDirNonDir`).</summary>
    public bool NoOverwriteDirNonDir { get; init; }

    /// <summary>Owner of everything unpacked; null keeps the archive's numeric owners (`copyUIDGID` with the container's user sets it).</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Put another name in the place of the one all entries begin with ("" where there is none, as with "/").</summary>
    public (string From, string To)? Rename { get; init; }

    /// <summary>Bytes of tar, after decompression, at which an archive is refused.</summary>
    public long MaxBytes { get; init; } = long.MaxValue;

    /// <summary>Entries at which an archive is refused.</summary>
    public long MaxEntries { get; init; } = long.MaxValue;
}
