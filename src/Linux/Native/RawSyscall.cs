using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

/// <summary>System calls that are safe between clone and exec: bound at link time (DirectPInvoke), no marshalling, no GC transition,
/// so no lock, no allocation and no look-up can happen on the way. docs/adr/0001.</summary>
internal static unsafe partial class RawSyscall
{
    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int* __errno_location();

    /// <returns>The kernel's answer; a negated errno on failure.</returns>
    internal static nint Invoke(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0)
    {
        nint result = syscall(number, a, b, c, d, e, f);
        return result == -1 ? -*__errno_location() : result;
    }
}
