using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

/// <summary>openat2(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct OpenHow
{
    public ulong Flags;
    public ulong Mode;
    public ulong Resolve;
}

/// <summary>poll(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PollFd
{
    public const short POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16;

    public int Fd;
    public short Events;
    public short Revents;
}

/// <summary>A time of statx(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct StatxTimestamp
{
    public long Seconds;
    public uint Nanoseconds;
    private readonly int _reserved;
}

/// <summary>statx(2); the same layout on every architecture.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public struct Statx
{
    /// <summary>STATX_BASIC_STATS: all of stat(2).</summary>
    public const uint BasicStats = 0x7ff;
    /// <summary>STATX_MNT_ID.</summary>
    public const uint MountIdMask = 0x1000;

    private const ulong MountRootAttribute = 0x2000;

    public uint Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint LinkCount;
    public uint Uid;
    public uint Gid;
    public ushort Mode;
    private readonly ushort _spare0;
    public ulong Inode;
    public ulong Size;
    /// <summary>Of 512 bytes.</summary>
    public ulong Blocks;
    public ulong AttributesMask;
    public StatxTimestamp AccessTime;
    public StatxTimestamp BirthTime;
    public StatxTimestamp ChangeTime;
    public StatxTimestamp ModifyTime;
    /// <summary>Something is mounted here: STATX_ATTR_MOUNT_ROOT.</summary>
    public readonly bool IsMountRoot => (Attributes & MountRootAttribute) != 0;
    public uint RdevMajor;
    public uint RdevMinor;
    public uint DevMajor;
    public uint DevMinor;
    public ulong MountId;

    public readonly FileKind Kind => (FileKind)(Mode & 0xF000);
    /// <summary>Permission, set-id and sticky bits: 0 to 07777.</summary>
    public readonly uint Permissions => Mode & 0xFFFu;
}

/// <summary>inode(7), the file type bits of a mode.</summary>
public enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}

/// <summary>mount_setattr(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct MountAttributes
{
    public ulong Set;
    public ulong Clear;
    public ulong Propagation;
    public ulong UserNamespaceFd;
}

/// <summary>clone3(2), up to the cgroup field (CLONE_ARGS_SIZE_VER2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CloneArgs
{
    public ulong Flags;
    public ulong Pidfd;
    public ulong ChildTid;
    public ulong ParentTid;
    public ulong ExitSignal;
    public ulong Stack;
    public ulong StackSize;
    public ulong Tls;
    public ulong SetTid;
    public ulong SetTidSize;
    public ulong Cgroup;
}

/// <summary>getrlimit(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Rlimit
{
    public ulong Soft;
    public ulong Hard;
}

/// <summary>The window of a terminal, ioctl_tty(2).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct WindowSize
{
    public ushort Rows;
    public ushort Columns;
    public ushort PixelWidth;
    public ushort PixelHeight;
}

/// <summary>The start of siginfo_t as waitid(2) fills it, in the 128 bytes of the whole.</summary>
[StructLayout(LayoutKind.Sequential, Size = 128)]
public struct SignalInfo
{
    /// <summary>si_code: the child exited, was killed, was killed and dumped core.</summary>
    public const int CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3;

    public int Signo;
    public int Errno;
    public int Code;
    private readonly int _padding;
    public int Pid;
    public uint Uid;
    /// <summary>Exit code or signal number, by <see cref="Code"/>.</summary>
    public int Status;
}

/// <summary>An ifreq with flags. netdevice(7)</summary>
[StructLayout(LayoutKind.Sequential, Size = 40)]
public unsafe struct InterfaceFlags
{
    private const int NameSize = 16;

    public fixed byte Name[NameSize];
    public short Flags;

    public static InterfaceFlags Of(ReadOnlySpan<byte> name, int flags)
    {
        InterfaceFlags request = new() { Flags = (short)flags };
        name.CopyTo(new Span<byte>(request.Name, NameSize - 1));
        return request;
    }
}
