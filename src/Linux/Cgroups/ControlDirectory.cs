using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Cgroups;

/// <summary>One directory of a cgroup file system, reached by absolute path at every call: cgroupfs has no symbolic links,
/// and holding descriptors would cost more than the kernel's path lookup.</summary>
/// <param name="controller">What messages call the hierarchy: "memory", "cpu,cpuacct", "cgroup v2".</param>
internal sealed unsafe class ControlDirectory(string path, string controller)
{
    public string Path { get; } = path;

    public string Controller { get; } = controller;

    public bool Exists => Files.TryStat(null, Path, followLinks: false, out _);

    public bool Has(string file) => Files.TryStat(null, $"{Path}/{file}", followLinks: false, out _);

    public ControlDirectory Parent => new(Path[..Path.LastIndexOf('/')], Controller);

    /// <summary>A group below this one.</summary>
    /// <exception cref="FaultException">InvalidArgument: the path leads out, in the words of runc's versions.</exception>
    public ControlDirectory Below(string path)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Array.IndexOf(parts, "..") >= 0 || path.Contains('\0'))
            throw new FaultException(FaultKind.InvalidArgument, $"bad sub cgroup path: {path} is not a sub cgroup path");
        return parts.Length == 0 ? this : new ControlDirectory($"{Path}/{string.Join('/', parts)}", Controller);
    }

    /// <summary>For a process that is to be born in it.</summary>
    /// <exception cref="FaultException">NotFound, in runc's words.</exception>
    public SafeFileHandle OpenToEnter(string file, OpenFlags flags)
        => Files.TryOpenAt(null, file.Length == 0 ? Path : $"{Path}/{file}", flags, 0, out Errno errno)
            ?? throw (errno == Errno.ENOENT ? new FaultException(FaultKind.NotFound, $"error adding pid of a new process to cgroups: openat {Path}/cgroup.procs: no such file or directory")
                : new LinuxException(errno, "open", $"cannot enter cgroup '{Path}'"));

    /// <returns>False when it was there already.</returns>
    /// <exception cref="LinuxException">mkdir(2): ENOENT when the parent is missing.</exception>
    public bool Make() => TryMake(out bool isNew) ? isNew
        : throw new LinuxException(Errno.ENOENT, "mkdir", $"cannot make cgroup directory '{Path}'");

    /// <returns>False when the parent directory is missing.</returns>
    public bool TryMake(out bool isNew)
    {
        isNew = Libc.mkdirat(Libc.AT_FDCWD, Path, 0x1ED /* 0755 */) == 0;
        if (isNew || LinuxException.LastError == Errno.EEXIST) return true;
        return LinuxException.LastError == Errno.ENOENT ? false
            : throw LinuxException.FromLastError("mkdir", $"cannot make cgroup directory '{Path}'");
    }

    public SafeFileHandle Open(string file, OpenFlags flags) => Files.Open(file.Length == 0 ? Path : $"{Path}/{file}", flags);

    public void Write(string file, long value) => Write(file, value.ToString(CultureInfo.InvariantCulture));

    public void Write(string file, ulong value) => Write(file, value.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="FaultException">NotSupported when the kernel has no such file; otherwise what write(2) said.</exception>
    public void Write(string file, string value)
    {
        Errno errno = TryWrite(file, value);
        if (errno == Errno.None) return;
        if (errno == Errno.ENOENT) throw Missing(file);
        throw new LinuxException(errno, "write", $"cannot set '{file}' to '{value.TrimEnd()}' in cgroup '{Path}'");
    }

    /// <summary>The whole value in one write(2), as cgroupfs wants it.</summary>
    /// <returns>ENOENT when there is no such file.</returns>
    public Errno TryWrite(string file, string value)
    {
        int fd = OpenRaw(file, OpenFlags.WriteOnly);
        if (fd < 0) return LinuxException.LastError;
        Span<byte> bytes = value.Length <= 256 ? stackalloc byte[value.Length] : new byte[value.Length];
        Encoding.Latin1.GetBytes(value, bytes);
        nint written;
        fixed (byte* start = bytes)
            do written = Libc.write(fd, start, (nuint)bytes.Length); while (written < 0 && LinuxException.LastError == Errno.EINTR);
        Errno errno = written < 0 ? LinuxException.LastError : Errno.None;
        _ = Libc.close(fd);
        return errno;
    }

    public FaultException Missing(string file) => new(FaultKind.NotSupported,
        $"cannot set '{file}' in cgroup '{Path}': the kernel has no such file; the {Controller} controller lacks this feature or is not enabled");

    /// <returns>Null when there is no such file, or the kernel cannot read it now (ENODEV, EOPNOTSUPP).</returns>
    public string? TryRead(string file)
    {
        int fd = OpenRaw(file, OpenFlags.ReadOnly);
        if (fd < 0) return null;
        byte[]? rented = null;
        Span<byte> buffer = stackalloc byte[4096];
        int length = 0;
        nint got;
        while (true)
        {
            if (length == buffer.Length)
            {
                byte[] larger = new byte[buffer.Length * 4];
                buffer.CopyTo(larger);
                buffer = rented = larger;
            }
            fixed (byte* start = buffer) got = Libc.read(fd, start + length, (nuint)(buffer.Length - length));
            if (got < 0 && LinuxException.LastError == Errno.EINTR) continue;
            if (got <= 0) break;
            length += (int)got;
        }
        _ = Libc.close(fd);
        return got < 0 ? null : Encoding.Latin1.GetString(buffer[..length]);
    }

    /// <summary>A file of one number; "max" and v1's largest page-rounded number are <see cref="ulong.MaxValue"/>.</summary>
    public ulong? TryReadNumber(string file)
    {
        ReadOnlySpan<char> text = TryRead(file).AsSpan().Trim();
        if (text.SequenceEqual("max")) return ulong.MaxValue;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
            return number is < 0 or >= 0x7FFFFFFFFFFFF000 - 0xFFFFF ? ulong.MaxValue : (ulong)number;
        return ulong.TryParse(text, CultureInfo.InvariantCulture, out ulong large) ? large : null;
    }

    /// <summary>Removes the directory and the groups below it.</summary>
    /// <returns>EBUSY while processes are in it.</returns>
    public Errno TryRemove()
    {
        if (Libc.unlinkat(Libc.AT_FDCWD, Path, Libc.AT_REMOVEDIR) == 0) return Errno.None;
        Errno errno = LinuxException.LastError;
        if (errno == Errno.ENOENT) return Errno.None;
        if (errno is not (Errno.EBUSY or Errno.ENOTEMPTY)) return errno;
        bool hadChildren = false;
        foreach (string child in Children())
        {
            hadChildren = true;
            Errno below = new ControlDirectory(child, Controller).TryRemove();
            if (below != Errno.None) return below;
        }
        if (!hadChildren) return errno;
        return Libc.unlinkat(Libc.AT_FDCWD, Path, Libc.AT_REMOVEDIR) == 0 ? Errno.None : LinuxException.LastError;
    }

    /// <summary>Removes the directory only when nothing is in or below it.</summary>
    /// <returns>True also when it is not there.</returns>
    public bool TryRemoveEmpty() => Libc.unlinkat(Libc.AT_FDCWD, Path, Libc.AT_REMOVEDIR) == 0 || LinuxException.LastError == Errno.ENOENT;

    public IEnumerable<string> Children()
    {
        try
        {
            return Directory.GetDirectories(Path);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    /// <summary>Pids here and below.</summary>
    public void CollectProcesses(List<int> pids)
    {
        foreach (ReadOnlySpan<char> line in TryRead("cgroup.procs").AsSpan().EnumerateLines())
            if (int.TryParse(line, CultureInfo.InvariantCulture, out int pid) && pid > 0) pids.Add(pid);
        foreach (string child in Children())
            new ControlDirectory(child, Controller).CollectProcesses(pids);
    }

    private int OpenRaw(string file, OpenFlags flags) => Libc.openat(Libc.AT_FDCWD, $"{Path}/{file}", flags | OpenFlags.CloseOnExec, 0);
}
