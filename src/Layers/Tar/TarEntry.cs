namespace Sampan.Layers.Tar;

/// <summary>One entry of a tar with everything its extension headers said. Names are bytes, as the kernel takes them.</summary>
internal sealed class TarEntry
{
    internal required TarKind Kind { get; set; }
    internal required byte[] Name { get; set; }
    internal byte[] LinkName { get; set; } = [];
    /// <summary>Permission, set-id and sticky bits.</summary>
    internal uint Mode { get; set; }
    internal uint Uid { get; set; }
    internal uint Gid { get; set; }
    /// <summary>Bytes of data in the tar.</summary>
    internal long StoredSize { get; set; }
    internal TarTime ModifyTime { get; set; }
    internal TarTime? AccessTime { get; set; }
    internal uint DeviceMajor { get; set; }
    internal uint DeviceMinor { get; set; }
    internal IReadOnlyList<TarXattr> Xattrs { get; set; } = [];
    /// <summary>Null: the data is the file. Else where the pieces of the data go.</summary>
    internal SparseMap? Sparse { get; set; }

    internal string DisplayName => TarText.Display(Name);
}

/// <summary>An extended attribute; the name is as in xattr(7).</summary>
internal sealed record TarXattr(string Name, byte[] Value);

/// <summary>Seconds since 1970 (negative before) and nanoseconds after that second.</summary>
internal readonly record struct TarTime(long Seconds, uint Nanoseconds);
