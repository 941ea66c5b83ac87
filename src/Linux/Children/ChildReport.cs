using System.Runtime.InteropServices;

namespace Sampan.Linux.Children;

/// <summary>What a child writes to its parent: one of these, whole.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ChildReport
{
    internal const int SlotCount = 64;

    /// <summary>Bytes of the text after a failure that are sent and read at most: more than the socket holds would leave both sides waiting.</summary>
    internal const int FailureTextSize = 1024;

    /// <summary>A step failed: <see cref="Value"/> is its index, <see cref="Errno"/> why. Other kinds are the caller's own.</summary>
    internal const int Failed = 0;

    /// <summary>From here on an errno is none, but how a program ended: what wait(2) says of it is added.</summary>
    internal const int ExitStatuses = 0x10000;

    /// <summary>The seccomp filter is loaded: <see cref="Value"/> is the descriptor of its listener.</summary>
    internal const int HasListener = 64;

    public int Kind;
    public int Value;
    public int Errno;
    private readonly int _padding;
    public fixed long Slots[SlotCount];
}

/// <summary>What is said on standard error when execve itself fails, as runc says it: prefix, then the errno's text.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ExecFailureText
{
    public byte* Prefix;
    public int PrefixLength;
    /// <summary>The texts of errno 1 to 40, null-terminated; null where there is none.</summary>
    public byte** Errors;
}
