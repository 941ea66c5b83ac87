using Sampan.Linux.Native;

namespace Sampan.Layers.Archives;

/// <summary>Go's os.FileMode, which Docker puts into its documents as a number: permissions as in Unix, the rest in bits of its own.</summary>
internal static class GoFileMode
{
    private const uint Directory = 1u << 31, Symlink = 1u << 27, Device = 1u << 26, NamedPipe = 1u << 25, Socket = 1u << 24,
        SetUid = 1u << 23, SetGid = 1u << 22, CharDevice = 1u << 21, Sticky = 1u << 20;

    internal static uint Of(in Statx stat)
    {
        uint mode = stat.Permissions & 0x1FF;
        if ((stat.Permissions & 0x800) != 0) mode |= SetUid;
        if ((stat.Permissions & 0x400) != 0) mode |= SetGid;
        if ((stat.Permissions & 0x200) != 0) mode |= Sticky;
        return mode | stat.Kind switch
        {
            FileKind.Directory => Directory,
            FileKind.SymbolicLink => Symlink,
            FileKind.CharacterDevice => Device | CharDevice,
            FileKind.BlockDevice => Device,
            FileKind.Fifo => NamedPipe,
            FileKind.Socket => Socket,
            _ => 0,
        };
    }
}
