using System.Runtime.InteropServices;
using Sampan.Faults;

namespace Sampan.Linux.Native;

/// <summary>The kernel refused a call. The message carries what was tried and on what, the call, and the errno by name.</summary>
public sealed class LinuxException : FaultException
{
    public LinuxException(Errno errno, string syscall, string what)
        : base(KindOf(errno), $"{what}: {syscall}: {Describe(errno)}")
        => (Errno, Syscall) = (errno, syscall);

    public Errno Errno { get; }

    /// <summary>Name of the call, as in its man page.</summary>
    public string Syscall { get; }

    /// <summary>For a P/Invoke declared with <c>SetLastError</c>, straight after it failed.</summary>
    public static LinuxException FromLastError(string syscall, string what) => new(LastError, syscall, what);

    /// <summary>errno of this thread's last P/Invoke declared with <c>SetLastError</c>.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>"no such file or directory (ENOENT)".</summary>
    public static string Describe(Errno errno) => $"{Text(errno)} ({errno.Name()})";

    /// <summary>"no such file or directory".</summary>
    public static string Text(Errno errno)
    {
        string text = Marshal.GetPInvokeErrorMessage((int)errno);
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    internal static FaultKind KindOf(Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ESRCH or Errno.ENXIO or Errno.ENODEV => FaultKind.NotFound,
        Errno.EEXIST => FaultKind.AlreadyExists,
        Errno.EPERM or Errno.EACCES or Errno.EROFS => FaultKind.PermissionDenied,
        Errno.EINVAL or Errno.ENAMETOOLONG or Errno.ELOOP or Errno.ENOTDIR or Errno.EISDIR or Errno.E2BIG => FaultKind.InvalidArgument,
        Errno.EBUSY or Errno.ENOTEMPTY or Errno.ETXTBSY or Errno.EADDRINUSE => FaultKind.Conflict,
        Errno.EAGAIN or Errno.ETIMEDOUT or Errno.ECONNREFUSED or Errno.ECONNRESET => FaultKind.Unavailable,
        Errno.ENOSYS or Errno.EOPNOTSUPP or Errno.EAFNOSUPPORT => FaultKind.NotSupported,
        _ => FaultKind.Internal,
    };
}
