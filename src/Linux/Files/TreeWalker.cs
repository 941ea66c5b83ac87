using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Steps over everything below a directory, each directory before its content, names sorted by their bytes. Goes down by handles and never
/// through a link, so a tree that changes meanwhile (a container that runs) cannot lead it outside: what vanishes is passed over.</summary>
public sealed unsafe class TreeWalker : IDisposable
{
    private readonly List<Level> _levels = [];   // of open directories, outermost first
    private readonly MountCrossing _crossing;
    private byte[] _path = new byte[512];
    private Statx _stat;
    private bool _descends;

    /// <param name="top">Opened for reading; kept alive by the caller.</param>
    public TreeWalker(SafeFileHandle top, MountCrossing crossing = MountCrossing.Stay)
    {
        _crossing = crossing;
        // A description of its own: reading a directory moves the offset of the caller's.
        TopMount = Files.Stat(top).MountId;
        _levels.Add(new Level(Files.Open(top.ProcPath(), OpenFlags.ReadOnly | OpenFlags.Directory), 0, TopMount));
    }

    /// <summary>The mount of the top directory, as <see cref="Statx.MountId"/> names it.</summary>
    public ulong TopMount { get; }

    /// <summary>The open directory that has the current name.</summary>
    public SafeFileHandle Directory => _levels[^1].Handle;

    public ReadOnlySpan<byte> Name => _levels[^1].Names[_levels[^1].Next - 1];

    /// <summary>The name with a zero byte behind it, for a system call.</summary>
    public ReadOnlySpan<byte> NameWithZero => _path.AsSpan(_levels[^1].PathLength, Name.Length + 1);

    /// <summary>From the top, without a slash in front.</summary>
    public ReadOnlySpan<byte> Path => _path.AsSpan(0, _levels[^1].PathLength + Name.Length);

    /// <summary>1 for the names in the top directory.</summary>
    public int Depth => _levels.Count;

    public ref readonly Statx Stat => ref _stat;

    /// <exception cref="LinuxException">openat(2) (EMFILE: deeper than descriptors allow), getdents(2), statx(2).</exception>
    public bool Read()
    {
        if (_descends) Descend();
        while (_levels.Count > 0)
        {
            Level level = _levels[^1];
            if (level.Next < level.Names.Count)
            {
                level.Next++;
                if (!TakeName(level)) continue;
                _descends = _stat.Kind == FileKind.Directory && Enters(level);
                return true;
            }
            level.Handle.Dispose();
            _levels.RemoveAt(_levels.Count - 1);
        }
        return false;
    }

    /// <summary>Passes over what is in the current directory.</summary>
    public void SkipContent() => _descends = false;

    public void Dispose()
    {
        foreach (Level level in _levels) level.Handle.Dispose();
        _levels.Clear();
    }

    private bool TakeName(Level level)
    {
        ReadOnlySpan<byte> name = Name;
        int end = level.PathLength + name.Length;
        if (end + 2 > _path.Length) Array.Resize(ref _path, 2 * (end + 2));
        name.CopyTo(_path.AsSpan(level.PathLength));
        _path[end] = 0;
        fixed (byte* text = NameWithZero)
        fixed (Statx* stat = &_stat)
        {
            if (Libc.statx(level.Handle.Fd(), text, Libc.AT_SYMLINK_NOFOLLOW, Statx.BasicStats | Statx.MountIdMask, stat) == 0) return true;
            return LinuxException.LastError == Errno.ENOENT ? false : throw LinuxException.FromLastError("statx", $"cannot read the attributes of '{Text()}'");
        }
    }

    private bool Enters(Level level) => _stat.MountId == level.Mount || _crossing == MountCrossing.Data;

    private void Descend()
    {
        _descends = false;
        Level level = _levels[^1];
        int fd;
        fixed (byte* name = NameWithZero)
            fd = Libc.openat(level.Handle.Fd(), name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec, 0);
        if (fd < 0)
        {
            if (LinuxException.LastError is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP) return;
            throw LinuxException.FromLastError("openat", $"cannot open directory '{Text()}'");
        }
        SafeFileHandle handle = new(fd, ownsHandle: true);
        if (_stat.MountId != level.Mount && KernelFileSystem.Is(handle))
        {
            handle.Dispose();
            return;
        }
        int length = Path.Length;
        _path[length] = (byte)'/';
        _levels.Add(new Level(handle, length + 1, _stat.MountId));
    }

    private string Text() => System.Text.Encoding.UTF8.GetString(Path);

    private sealed class Level(SafeFileHandle handle, int pathLength, ulong mount)
    {
        internal readonly SafeFileHandle Handle = handle;
        internal readonly int PathLength = pathLength;   // of the directory's own path with the slash behind it
        internal readonly ulong Mount = mount;
        internal readonly List<byte[]> Names = DirectoryReader.Sorted(handle);
        internal int Next;
    }
}

/// <summary>What a walk does at the root of another mount. The directory itself is always met.</summary>
public enum MountCrossing
{
    /// <summary>Does not enter it.</summary>
    Stay,
    /// <summary>Enters file systems that hold data (volumes), not the kernel's own views (proc, sysfs, cgroups, …).</summary>
    Data,
}
