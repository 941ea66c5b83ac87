using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Containers.Start;

/// <summary>The runtime's file as shims are started from it: through a read-only mount of our own, so that no container can overwrite it by way of
/// a shim's /proc/PID/exe (CVE-2019-5736). Held for the daemon's life.</summary>
internal sealed class RuntimeExecutable
{
    /// <summary>Above every descriptor that a new shim is given: those would take this one's place before the exec.</summary>
    private const int LowestDescriptor = 512;

    private readonly SafeFileHandle? _mount;

    public RuntimeExecutable(string path)
    {
        Path = path;
        try
        {
            using var mount = ReadOnlyExecutable.Open(path);
            _mount = Files.Duplicate(mount, LowestDescriptor);
            Path = _mount.ProcPath();
        }
        catch (LinuxException error) when (error.Errno is Errno.EPERM or Errno.EINVAL or Errno.ENOSYS)
        {
            // Without the right to mount (or on an old kernel) the plain path has to do, as with other runtimes.
        }
    }

    /// <summary>What to start; valid while this object lives.</summary>
    public string Path { get; }
}
