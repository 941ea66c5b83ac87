using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Packing;

/// <summary>Writes files of a tree as tar entries: whole seconds, numeric owners, hard links after the first name of a file, sockets left out.</summary>
internal sealed unsafe class TreePacker(Stream target, CancellationToken ct) : IDisposable
{
    private const int BufferSize = 256 * 1024, MaxLink = 4096;
    private readonly TarWriter _tar = new(target);
    private readonly Dictionary<(ulong Inode, uint Major, uint Minor), byte[]> _links = [];
    private readonly byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);

    internal long Position => _tar.Position;

    /// <summary>Everything below <paramref name="top"/>, each name with <paramref name="prefix"/> in front.</summary>
    internal void PackContent(SafeFileHandle top, ReadOnlySpan<byte> prefix, MountCrossing crossing)
    {
        byte[] front = prefix.ToArray();
        using TreeWalker walker = new(top, crossing);
        while (walker.Read()) Pack(walker.Directory.Fd(), walker.NameWithZero, walker.Stat, [.. front, .. walker.Path]);
    }

    /// <param name="name">Ends in zero; what it names must be what <paramref name="stat"/> tells.</param>
    /// <param name="entryName">Without the slash that directories get.</param>
    internal void Pack(int directory, ReadOnlySpan<byte> name, in Statx stat, byte[] entryName)
    {
        ct.ThrowIfCancellationRequested();
        if (stat.Kind == FileKind.Socket) return;
        TarEntry entry = Describe(stat, stat.Kind == FileKind.Directory ? [.. entryName, (byte)'/'] : entryName);
        fixed (byte* text = name)
        {
            if (stat.Kind == FileKind.SymbolicLink && !TryReadLink(directory, text, entry)) return;
            if (stat is { LinkCount: > 1, Kind: not FileKind.Directory } && !_links.TryAdd((stat.Inode, stat.DevMajor, stat.DevMinor), entryName))
            {
                (entry.Kind, entry.LinkName, entry.StoredSize) = (TarKind.HardLink, _links[(stat.Inode, stat.DevMajor, stat.DevMinor)], 0);
                _tar.WriteEntry(entry);
                return;
            }
            entry.Xattrs = PackedXattrs.Of(directory, name[..^1]);
            if (stat.Kind == FileKind.Regular) PackFile(directory, text, entry);
            else _tar.WriteEntry(entry);
        }
    }

    internal void WriteEmpty(byte[] name) => _tar.WriteEntry(new TarEntry { Kind = TarKind.File, Name = name });

    internal void Finish() => _tar.Finish();

    public void Dispose() => NativeMemory.Free(_buffer);

    private static TarEntry Describe(in Statx stat, byte[] name) => new()
    {
        Kind = stat.Kind switch
        {
            FileKind.Directory => TarKind.Directory,
            FileKind.SymbolicLink => TarKind.SymbolicLink,
            FileKind.CharacterDevice => TarKind.CharacterDevice,
            FileKind.BlockDevice => TarKind.BlockDevice,
            FileKind.Fifo => TarKind.Fifo,
            _ => TarKind.File,
        },
        Name = name,
        Mode = stat.Permissions,
        Uid = stat.Uid,
        Gid = stat.Gid,
        StoredSize = stat.Kind == FileKind.Regular ? (long)stat.Size : 0,
        ModifyTime = new TarTime(stat.ModifyTime.Seconds, 0),
        DeviceMajor = stat.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? stat.RdevMajor : 0,
        DeviceMinor = stat.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? stat.RdevMinor : 0,
    };

    private static bool TryReadLink(int directory, byte* name, TarEntry entry)
    {
        byte* text = stackalloc byte[MaxLink];
        nint length = Libc.readlinkat(directory, name, text, MaxLink);
        if (length >= 0) entry.LinkName = new ReadOnlySpan<byte>(text, (int)length).ToArray();
        else if (LinuxException.LastError is not (Errno.ENOENT or Errno.EINVAL)) throw LinuxException.FromLastError("readlinkat", $"cannot pack '{entry.DisplayName}'");
        return length >= 0;   // gone or something else by now: a tree in use
    }

    private void PackFile(int directory, byte* name, TarEntry entry)
    {
        // NonBlocking: were it a fifo by now, opening it would wait for a writer.
        int fd = Libc.openat(directory, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking | OpenFlags.CloseOnExec, 0);
        if (fd < 0 && LinuxException.LastError is Errno.ENOENT or Errno.ELOOP or Errno.ENXIO) return;
        if (fd < 0) throw LinuxException.FromLastError("openat", $"cannot pack '{entry.DisplayName}'");
        using SafeFileHandle file = new(fd, ownsHandle: true);
        Statx now = Files.Stat(file);
        if (now.Kind != FileKind.Regular) return;
        entry.StoredSize = (long)now.Size;
        _tar.WriteEntry(entry);
        for (long left = entry.StoredSize; left > 0;)
        {
            ct.ThrowIfCancellationRequested();
            nint got = Libc.read(fd, _buffer, (nuint)Math.Min(left, BufferSize));
            if (got < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (got < 0) throw LinuxException.FromLastError("read", $"cannot pack '{entry.DisplayName}'");
            if (got == 0) break;
            _tar.WriteData(new ReadOnlySpan<byte>(_buffer, (int)got));
            left -= got;
        }
        _tar.FillData();   // a file that became shorter meanwhile
    }
}
