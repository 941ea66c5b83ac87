namespace Sampan.Linux.Native;

/// <summary>open(2) on x86-64. The typed open functions add <see cref="CloseOnExec"/> themselves.</summary>
[Flags]
public enum OpenFlags
{
    ReadOnly = 0,
    WriteOnly = 1,
    ReadWrite = 2,
    Create = 0x40,
    Exclusive = 0x80,
    NoControllingTerminal = 0x100,
    Truncate = 0x200,
    Append = 0x400,
    NonBlocking = 0x800,
    Directory = 0x10000,
    NoFollow = 0x20000,
    CloseOnExec = 0x80000,
    /// <summary>A place in the tree only: no read, no write, no side effect of opening a device or fifo.</summary>
    Path = 0x200000,
}
