using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Trees;

/// <summary>One level of the <see cref="DirectoryStack"/>.</summary>
internal sealed unsafe class OpenDirectory
{
    private const uint SetGidBit = 0x400;
    private readonly byte[] _name = new byte[255];
    private readonly Timespec[] _times = new Timespec[2];   // access, modify
    private int _nameLength;
    private bool _isNew;

    internal int Fd { get; private set; } = -1;

    internal ReadOnlySpan<byte> Name => _name.AsSpan(0, _nameLength);

    /// <summary>Something was made or removed in it, so its times have to be put back.</summary>
    internal bool IsChanged { get; set; }

    /// <summary>New files take the directory's group.</summary>
    internal bool IsSetGid { get; private set; }

    /// <summary>New files take ACL entries from it.</summary>
    internal bool HasDefaultAcl { get; private set; }

    internal void Enter(int fd, ReadOnlySpan<byte> name, bool isNew, bool checksAcl)
    {
        (Fd, _nameLength, _isNew, IsChanged, IsSetGid) = (fd, name.Length, isNew, false, false);
        name.CopyTo(_name);
        HasDefaultAcl = checksAcl && ExtendedAttributes.Get(fd, [], PosixAcl.DefaultName) is not null;
        if (isNew) return;
        Statx stat;
        byte empty = 0;
        if (Libc.statx(fd, &empty, Libc.AT_EMPTY_PATH, Statx.BasicStats, &stat) < 0)
            throw LinuxException.FromLastError("statx", "cannot read the attributes of a directory");
        IsSetGid = (stat.Mode & SetGidBit) != 0;
        _times[0] = new Timespec(stat.AccessTime.Seconds, stat.AccessTime.Nanoseconds);
        _times[1] = new Timespec(stat.ModifyTime.Seconds, stat.ModifyTime.Nanoseconds);
    }

    /// <summary>Its own entry came by.</summary>
    internal void SetAttributes(uint mode, Timespec access, Timespec modify, bool hasDefaultAcl)
    {
        HasDefaultAcl |= hasDefaultAcl;
        (_times[0], _times[1], IsChanged, _isNew) = (access, modify, true, false);
        IsSetGid = (mode & SetGidBit) != 0;
    }

    /// <summary>The names in it, sorted.</summary>
    internal List<byte[]> Names()
    {
        using SafeFileHandle again = Files.OpenAt(null, $"/proc/self/fd/{Fd}", OpenFlags.ReadOnly | OpenFlags.Directory);
        return DirectoryReader.Sorted(again);
    }

    /// <summary>A directory made only because something is in it keeps the time of that.</summary>
    internal void Leave()
    {
        if (IsChanged && !_isNew)
            fixed (Timespec* times = _times) Libc.futimens(Fd, times);
        Libc.close(Fd);
        Fd = -1;
    }
}
