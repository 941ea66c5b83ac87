using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Cgroups;

/// <summary>A control file that takes several values, each in one write(2).</summary>
internal sealed unsafe class ControlWriter(ControlDirectory directory, string file) : IDisposable
{
    private readonly SafeFileHandle _handle = Files.TryOpenAt(null, $"{directory.Path}/{file}", OpenFlags.WriteOnly, 0, out Errno errno)
        ?? throw (errno == Errno.ENOENT ? directory.Missing(file) : new LinuxException(errno, "open", $"cannot open '{file}' in cgroup '{directory.Path}'"));

    /// <exception cref="LinuxException">write(2).</exception>
    public void Write(string value)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(value);
        nint written;
        fixed (byte* start = bytes)
            do written = Libc.write(_handle.Fd(), start, (nuint)bytes.Length); while (written < 0 && LinuxException.LastError == Errno.EINTR);
        if (written < 0) throw LinuxException.FromLastError("write", $"cannot set '{file}' to '{value}' in cgroup '{directory.Path}'");
    }

    public void Dispose() => _handle.Dispose();
}
