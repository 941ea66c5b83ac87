namespace Sampan.Linux.Seccomp;

/// <summary>A filter ready for seccomp(2), SECCOMP_SET_MODE_FILTER.</summary>
/// <param name="Code">struct sock_filter[], 8 bytes each, at most 4096 of them.</param>
/// <param name="Flags">SECCOMP_FILTER_FLAG_*.</param>
public sealed record SeccompProgram(ReadOnlyMemory<byte> Code, uint Flags)
{
    public const int InstructionSize = 8;
    public const uint NewListenerFlag = 8;

    /// <summary>sock_fprog.len.</summary>
    public int Length => Code.Length / InstructionSize;

    /// <summary>seccomp(2) answers with a descriptor that belongs on the profile's listenerPath.</summary>
    public bool NeedsListener => (Flags & NewListenerFlag) != 0;
}
