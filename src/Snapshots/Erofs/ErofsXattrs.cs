using System.Buffers.Binary;
using System.Text;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.Snapshots.Erofs;

/// <summary>Extended attributes as they lie behind an inode: a header of 12 bytes, then an entry each, its name without the prefix that a number stands for.</summary>
internal static class ErofsXattrs
{
    private const int HeaderSize = 12, EntrySize = 4;
    private static readonly (string Prefix, byte Index)[] s_prefixes =
        [("user.", 1), ("system.posix_acl_access", 2), ("system.posix_acl_default", 3), ("trusted.", 4), ("security.", 6)];

    /// <summary>The attributes of a name in a directory, encoded; empty when it has none.</summary>
    /// <exception cref="FaultException">NotSupported: more than an inode can have.</exception>
    internal static byte[] Encode(int directory, ReadOnlySpan<byte> entry)
    {
        List<(string Name, byte[] Value)> all = ExtendedAttributes.List(directory, entry);
        if (all.Count == 0) return [];
        int size = HeaderSize;
        foreach ((string name, byte[] value) in all)
            if (IsKept(name)) size += Aligned(EntrySize + SuffixLength(name) + value.Length);
        if (size == HeaderSize) return [];
        if ((size - HeaderSize) / 4 + 1 > ushort.MaxValue)
            throw new FaultException(FaultKind.NotSupported, $"cannot make an EROFS image: '{Encoding.UTF8.GetString(entry)}' has {size} bytes of extended attributes, the format takes 262140");
        byte[] encoded = new byte[size];
        Span<byte> at = encoded.AsSpan(HeaderSize);
        foreach ((string name, byte[] value) in all)
        {
            if (!IsKept(name)) continue;
            (string prefix, byte index) = PrefixOf(name);
            int length = Encoding.UTF8.GetBytes(name.AsSpan(prefix.Length), at[EntrySize..]);
            at[0] = (byte)length;
            at[1] = index;
            if (value.Length > ushort.MaxValue)
                throw new FaultException(FaultKind.NotSupported, $"cannot make an EROFS image: extended attribute '{name}' has {value.Length} bytes, the format takes {ushort.MaxValue}");
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)value.Length);
            value.CopyTo(at[(EntrySize + length)..]);
            at = at[Aligned(EntrySize + length + value.Length)..];
        }
        return encoded;
    }

    /// <summary>i_xattr_icount of attributes that take so many bytes.</summary>
    internal static ushort Count(int bytes) => bytes == 0 ? (ushort)0 : (ushort)((bytes - HeaderSize) / 4 + 1);

    // Of overlayfs' own only "opaque" means something in a layer; "origin" and "impure" tell of the directories it was once above.
    private static bool IsKept(string name) => PrefixOf(name).Index != 0
        && (!name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name == "trusted.overlay.opaque");

    private static (string Prefix, byte Index) PrefixOf(string name)
    {
        foreach ((string prefix, byte index) in s_prefixes)
            if (prefix[^1] == '.' ? name.StartsWith(prefix, StringComparison.Ordinal) : name == prefix) return (prefix, index);
        return ("", 0);   // "system." of other file systems, which means nothing here
    }

    private static int SuffixLength(string name) => Encoding.UTF8.GetByteCount(name.AsSpan(PrefixOf(name).Prefix.Length));

    private static int Aligned(int size) => (size + 3) & ~3;
}
