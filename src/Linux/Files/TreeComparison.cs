using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>One file that is not what it should be.</summary>
/// <param name="Path">Without a slash in front.</param>
/// <param name="What">"is missing", "should not be there", "has another mode: 0644 instead of 0755".</param>
public sealed record TreeFault(string Path, string What);

/// <summary>Compares a tree with what it should be, to the last byte: kinds, modes, owners, device numbers, lengths, modification times, extended attributes, targets of links
/// and contents. Not looked at: the top directories themselves, and the times of directories, for not every layer lists those it has files in.</summary>
public static unsafe class TreeComparison
{
    private const int BufferBytes = 128 * 1024, MaxLink = 4096;

    /// <summary>What differs, each file once, until <paramref name="most"/> are found.</summary>
    /// <exception cref="LinuxException">Reading the expected tree; what cannot be read of the other differs.</exception>
    public static List<TreeFault> Compare(SafeFileHandle expected, SafeFileHandle actual, int most, CancellationToken ct)
    {
        List<TreeFault> faults = [];
        using MappedMemory buffers = new(2 * BufferBytes);
        using (TreeWalker walker = new(expected))
        {
            while (faults.Count < most && walker.Read())
            {
                ct.ThrowIfCancellationRequested();
                if (WhatDiffers(walker, actual, buffers, ct) is not { } what) continue;
                faults.Add(new TreeFault(Encoding.UTF8.GetString(walker.Path), what));
                if (what is "is missing") walker.SkipContent();
            }
        }
        using (TreeWalker walker = new(actual))
        {
            while (faults.Count < most && walker.Read())
            {
                if (TreeDifference.TryFind(expected, walker.Path, out _)) continue;
                faults.Add(new TreeFault(Encoding.UTF8.GetString(walker.Path), "should not be there"));
                walker.SkipContent();
            }
        }
        return faults;
    }

    private static string? WhatDiffers(TreeWalker expected, SafeFileHandle actual, MappedMemory buffers, CancellationToken ct)
    {
        Statx should = expected.Stat;
        if (!TreeDifference.TryFind(actual, expected.Path, out Statx found)) return "is missing";
        if (found.Kind != should.Kind) return "is of another kind";
        if (should.Kind != FileKind.SymbolicLink && found.Permissions != should.Permissions)
            return $"has another mode: {Convert.ToString(found.Permissions, 8)} instead of {Convert.ToString(should.Permissions, 8)}";
        if ((found.Uid, found.Gid) != (should.Uid, should.Gid)) return $"has another owner: {found.Uid}:{found.Gid} instead of {should.Uid}:{should.Gid}";
        if ((found.RdevMajor, found.RdevMinor) != (should.RdevMajor, should.RdevMinor)) return "is another device";
        if (should.Kind != FileKind.Directory && found.Size != should.Size) return $"has {found.Size} bytes instead of {should.Size}";
        try
        {
            using SafeFileHandle parent = ParentOf(actual, expected.Path);
            if (!SameXattrs(expected.Directory.Fd(), parent.Fd(), expected.Name)) return "has other extended attributes";
            if (should.Kind == FileKind.SymbolicLink && !SameTarget(expected.Directory.Fd(), parent.Fd(), expected.NameWithZero)) return "leads elsewhere";
            if (should.Kind == FileKind.Regular && !SameContent(expected.Directory.Fd(), parent.Fd(), expected.NameWithZero, buffers, ct)) return "has other content";
        }
        catch (LinuxException e)
        {
            return $"cannot be read: {e.Message}";
        }
        if (should.Kind == FileKind.Directory || IsWhiteout(should, expected.Name)) return null;
        return found.ModifyTime.Seconds != should.ModifyTime.Seconds || found.ModifyTime.Nanoseconds != should.ModifyTime.Nanoseconds ? "has another modification time" : null;
    }

    // overlayfs' own, and fuse-overlayfs': they have no time but that of their making.
    private static bool IsWhiteout(in Statx stat, ReadOnlySpan<byte> name) => stat is { Kind: FileKind.CharacterDevice, RdevMajor: 0, RdevMinor: 0 } || name.StartsWith(".wh."u8);

    private static SafeFileHandle ParentOf(SafeFileHandle tree, ReadOnlySpan<byte> path)
    {
        int slash = path.LastIndexOf((byte)'/');
        byte[] parent = slash < 0 ? [(byte)'.', 0] : [.. path[..slash], 0];
        int fd = RootResolution.Open(tree.Fd(), parent, OpenFlags.Path | OpenFlags.Directory);
        return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw LinuxException.FromLastError("openat2", "cannot open its directory");
    }

    private static bool SameXattrs(int one, int other, ReadOnlySpan<byte> name)
    {
        List<(string Name, byte[] Value)> should = ExtendedAttributes.List(one, name), others = ExtendedAttributes.List(other, name);
        if (should.Count != others.Count) return false;
        for (int i = 0; i < should.Count; i++)
            if (should[i].Name != others[i].Name || !should[i].Value.AsSpan().SequenceEqual(others[i].Value)) return false;
        return true;
    }

    private static bool SameTarget(int one, int other, ReadOnlySpan<byte> name)
    {
        byte* first = stackalloc byte[MaxLink];
        byte* second = stackalloc byte[MaxLink];
        fixed (byte* text = name)
        {
            nint length = Libc.readlinkat(one, text, first, MaxLink);
            return length >= 0 && length == Libc.readlinkat(other, text, second, MaxLink) && new ReadOnlySpan<byte>(first, (int)length).SequenceEqual(new ReadOnlySpan<byte>(second, (int)length));
        }
    }

    private static bool SameContent(int one, int other, ReadOnlySpan<byte> name, MappedMemory buffers, CancellationToken ct)
    {
        using SafeFileHandle first = Open(one, name), second = Open(other, name);
        Span<byte> a = buffers.GetSpan()[..BufferBytes], b = buffers.GetSpan()[BufferBytes..];
        for (long at = 0; ; at += BufferBytes)
        {
            ct.ThrowIfCancellationRequested();
            int length = Read(first, a, at);
            if (length != Read(second, b, at) || !a[..length].SequenceEqual(b[..length])) return false;
            if (length < BufferBytes) return true;
        }
    }

    private static SafeFileHandle Open(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
        {
            int fd = Libc.openat(directory, text, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
            return fd >= 0 ? new SafeFileHandle(fd, ownsHandle: true) : throw LinuxException.FromLastError("openat", "cannot open the file");
        }
    }

    private static int Read(SafeFileHandle file, Span<byte> buffer, long at)
    {
        int length = 0;
        while (length < buffer.Length)
        {
            nint got;
            fixed (byte* start = buffer[length..]) got = Libc.pread(file.Fd(), start, (nuint)(buffer.Length - length), at + length);
            if (got < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (got < 0) throw LinuxException.FromLastError("pread", "cannot read the file");
            if (got == 0) break;
            length += (int)got;
        }
        return length;
    }
}
