using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Packing;
using Sampan.Layers.Trees;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>Digest and length of a tar that was written.</summary>
public sealed record LayerWritten(Digest DiffId, long TarBytes);

/// <summary>Makes the tar of a layer. The same files give the same bytes: sorted by name, numeric owners only, whole seconds, no access or change
/// times. Other mounts are not entered, sockets are left out, and so are the changes under names that begin with ".wh.".</summary>
public static class LayerWriter
{
    /// <summary>All below <paramref name="directory"/> as a tar with names relative to it.</summary>
    /// <exception cref="LinuxException">Reading the tree.</exception>
    public static LayerWritten WriteTree(SafeFileHandle directory, Stream tar, CancellationToken ct)
        => Write(tar, ct, packer => packer.PackContent(directory, [], MountCrossing.Stay));

    /// <summary>The changes an overlay's upper directory holds, its whiteouts in OCI form. image-spec v1.1, layer.md § Representing Changes.</summary>
    /// <param name="without">Absolute paths that are left out; what is below them is not, and whiteouts are not.</param>
    /// <exception cref="LinuxException">Reading the tree.</exception>
    public static LayerWritten WriteChanges(SafeFileHandle upper, WhiteoutForm form, Stream tar, CancellationToken ct, IReadOnlySet<string>? without = null)
        => Write(tar, ct, packer => PackUpper(packer, upper, Whiteouts.OpaqueXattr(form), without));

    /// <summary>The changes between two trees, told by attributes.</summary>
    /// <param name="without">As for <see cref="WriteChanges"/>.</param>
    /// <exception cref="LinuxException">Reading the trees.</exception>
    public static LayerWritten WriteDifference(SafeFileHandle lower, SafeFileHandle upper, Stream tar, CancellationToken ct, IReadOnlySet<string>? without = null)
        => Write(tar, ct, packer => PackDifference(packer, lower, upper, without));

    private static LayerWritten Write(Stream tar, CancellationToken ct, Action<TreePacker> pack)
    {
        using HashedOutput output = new(tar);
        using TreePacker packer = new(output, ct);
        pack(packer);
        packer.Finish();
        return new LayerWritten(output.Finish(), packer.Position);
    }

    private static void PackUpper(TreePacker packer, SafeFileHandle upper, string? opaque, IReadOnlySet<string>? without)
    {
        using TreeWalker walker = new(upper);
        while (walker.Read())
        {
            if (opaque is not null && walker.Stat is { Kind: FileKind.CharacterDevice, RdevMajor: 0, RdevMinor: 0 })
            {
                packer.WriteEmpty(WhiteoutOf(walker.Path));
                continue;
            }
            if (IsReserved(walker.Name))
            {
                walker.SkipContent();
                continue;
            }
            if (IsLeftOut(walker.Path, without)) continue;
            packer.Pack(walker.Directory.Fd(), walker.NameWithZero, walker.Stat, walker.Path.ToArray());
            if (opaque is not null && walker.Stat.Kind == FileKind.Directory
                && ExtendedAttributes.Get(walker.Directory.Fd(), walker.Name, opaque) is [(byte)'y'])
                packer.WriteEmpty([.. walker.Path, (byte)'/', .. Whiteouts.Opaque]);
        }
    }

    private static void PackDifference(TreePacker packer, SafeFileHandle lower, SafeFileHandle upper, IReadOnlySet<string>? without)
    {
        HashSet<string> packed = [];
        foreach ((byte[] path, DifferenceKind kind) in TreeDifference.Between(lower, upper))
        {
            if (IsReserved(path) || path.AsSpan().IndexOf("/.wh."u8) >= 0 || (kind != DifferenceKind.Deleted && IsLeftOut(path, without))) continue;
            // The directories on the way, changed or not: without their entries who applies the layer would have to guess their owner and mode.
            for (int slash = 0; (slash = NextSlash(path, slash)) > 0; slash++)
                if (packed.Add(System.Text.Encoding.Latin1.GetString(path, 0, slash))) PackPath(packer, upper, path[..slash]);
            if (!packed.Add(System.Text.Encoding.Latin1.GetString(path))) continue;
            if (kind == DifferenceKind.Deleted) packer.WriteEmpty(WhiteoutOf(path));
            else PackPath(packer, upper, path);
        }
    }

    // In a layer such a name would delete, not be there; image-spec v1.1, layer.md § Whiteouts keeps it for that. fuse-overlayfs leaves some in its upper directory.
    private static bool IsReserved(ReadOnlySpan<byte> name) => name.StartsWith(Whiteouts.Prefix);

    private static bool IsLeftOut(ReadOnlySpan<byte> path, IReadOnlySet<string>? without)
        => without is { Count: > 0 } && without.Contains("/" + System.Text.Encoding.UTF8.GetString(path));

    private static int NextSlash(byte[] path, int from)
    {
        int slash = path.AsSpan(from).IndexOf((byte)'/');
        return slash < 0 ? -1 : from + slash;
    }

    private static void PackPath(TreePacker packer, SafeFileHandle tree, byte[] path)
    {
        int slash = path.AsSpan().LastIndexOf((byte)'/');
        byte[] parent = slash < 0 ? [(byte)'.', 0] : [.. path.AsSpan(0, slash), 0];
        using SafeFileHandle directory = new(RootResolution.Open(tree.Fd(), parent, OpenFlags.Path | OpenFlags.Directory), ownsHandle: true);
        if (!directory.IsInvalid && TreeDifference.TryFind(tree, path, out Statx stat))
            packer.Pack(directory.Fd(), (byte[])[.. path.AsSpan(slash + 1), 0], stat, path);
    }

    private static byte[] WhiteoutOf(ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/') + 1;
        return [.. path[..slash], .. Whiteouts.Prefix, .. path[slash..]];
    }
}
