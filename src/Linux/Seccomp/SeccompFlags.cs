using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Seccomp;

/// <summary>SECCOMP_FILTER_FLAG_* of linux/seccomp.h that a profile may name.</summary>
internal static class SeccompFlags
{
    internal static IReadOnlyList<string> Names { get; } =
        ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    /// <exception cref="FaultException">InvalidArgument: no flag of that name.</exception>
    internal static uint Parse(string name) => name switch
    {
        "SECCOMP_FILTER_FLAG_TSYNC" => 0u,   // the process has one thread when it loads its filter, and with a listener the kernel refuses the flag
        "SECCOMP_FILTER_FLAG_LOG" => 2u,
        "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => 4u,
        "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" => 32u,
        _ => throw new FaultException(FaultKind.InvalidArgument, $"seccomp flag {name} is not supported"),
    };

    /// <summary>Whether this kernel takes it: with no filter at all it then misses the filter (EFAULT), else it minds the flag (EINVAL).</summary>
    internal static bool IsTakenByKernel(string name)
    {
        const int SECCOMP_SET_MODE_FILTER = 1;
        uint flag = Parse(name);
        const uint WaitKillable = 32;
        if (flag == WaitKillable) flag |= SeccompProgram.NewListenerFlag;   // it is for those who wait for a listener's answer
        return Libc.syscall(SyscallNumber.seccomp, SECCOMP_SET_MODE_FILTER, (nint)flag, 0) < 0 && LinuxException.LastError == Errno.EFAULT;
    }
}
