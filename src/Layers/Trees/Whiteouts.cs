using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers.Trees;

/// <summary>The whiteouts of a layer, put into effect. image-spec v1.1, layer.md § Whiteouts.</summary>
internal sealed unsafe class Whiteouts(TreeWriter tree, WhiteoutForm form)
{
    internal static ReadOnlySpan<byte> Prefix => ".wh."u8;
    internal static ReadOnlySpan<byte> Opaque => ".wh..wh..opq"u8;
    private static ReadOnlySpan<byte> Reserved => ".wh..wh."u8;
    // Only where a whiteout deletes at once: an opaque whiteout hides what lies below this layer, not what the layer itself brought before it.
    private readonly HashSet<string>? _brought = form == WhiteoutForm.Delete ? [] : null;

    internal static string? OpaqueXattr(WhiteoutForm form) => form switch
    {
        WhiteoutForm.Overlay => "trusted.overlay.opaque",
        WhiteoutForm.OverlayUser => "user.overlay.opaque",
        _ => null,
    };

    /// <returns>False when the entry is no whiteout.</returns>
    internal bool TryApply(TarEntry entry, EntryPath path)
    {
        // What else begins with .wh..wh. is aufs' bookkeeping, which image-spec leaves out: names of its own and all in its directories.
        bool isReserved = path.Depth > 0 && (path.Last.StartsWith(Reserved) || path[0].StartsWith(Reserved));
        if (isReserved && path.Last.SequenceEqual(Opaque)) HideSiblings(entry, path);
        else if (!isReserved && path.Depth > 0 && path.Last.StartsWith(Prefix)) Hide(entry, path);
        else if (!isReserved)
        {
            Remember(path);
            return false;
        }
        return true;
    }

    private void Hide(TarEntry entry, EntryPath path)
    {
        ReadOnlySpan<byte> hidden = path.Last[Prefix.Length..];
        if (hidden is [] or [(byte)'.'] or [(byte)'.', (byte)'.']) throw TarFault.Refused(entry.Name, "a whiteout without a name");
        OpenDirectory parent = tree.EnterParent(path, entry.Name);
        parent.IsChanged = true;
        path.ReplaceLast(hidden);
        fixed (byte* name = path.LastWithZero)
        {
            if (form == WhiteoutForm.Delete)
            {
                if (!_brought!.Contains(Key(path, path.Depth))) TreeRemover.Remove(parent.Fd, name, entry.DisplayName);
                return;
            }
            if (Libc.mknodat(parent.Fd, name, (uint)FileKind.CharacterDevice, 0) == 0) return;
            if (LinuxException.LastError != Errno.EEXIST) throw LinuxException.FromLastError("mknodat", $"cannot unpack '{entry.DisplayName}'");
            // The layer brought the name before: it stays, and as a directory it hides what is below.
            int fd = Libc.openat(parent.Fd, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
            if (fd < 0) return;
            tree.SetOpaque(fd, entry.Name);
            Libc.close(fd);
        }
    }

    private void HideSiblings(TarEntry entry, EntryPath path)
    {
        OpenDirectory parent = tree.EnterParent(path, entry.Name);
        if (form != WhiteoutForm.Delete)
        {
            tree.SetOpaque(parent.Fd, entry.Name);
            return;
        }
        parent.IsChanged = true;
        foreach (byte[] name in parent.Names())
        {
            path.ReplaceLast(name);
            if (_brought!.Contains(Key(path, path.Depth))) continue;
            fixed (byte* text = path.LastWithZero) TreeRemover.Remove(parent.Fd, text, entry.DisplayName);
        }
    }

    private void Remember(EntryPath path)
    {
        for (int depth = path.Depth; depth > 0 && _brought is not null; depth--)
            if (!_brought.Add(Key(path, depth))) return;
    }

    private static string Key(EntryPath path, int depth) => System.Text.Encoding.Latin1.GetString(path.Join([], depth));
}
