using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>linux.mountLabel: the SELinux label of all files of a new file system. Those that show the kernel have their own.</summary>
internal static class FileLabel
{
    internal static IReadOnlyList<string> Options(LinuxSpec? linux, string type)
        => linux?.MountLabel is { Length: > 0 } label && SecurityLabels.HasSelinux && type is not ("proc" or "sysfs" or "cgroup" or "cgroup2" or "mqueue") ? [$"context={label}"] : [];

    /// <summary>Without SELinux there are no labels, and the kernel would not even take one.</summary>
    internal static void Check(LinuxSpec? linux, Action<string>? warn)
    {
        if (linux?.MountLabel is { Length: > 0 } && !SecurityLabels.HasSelinux)
            warn?.Invoke("linux.mountLabel has no effect: SELinux is disabled or not supported on this machine");
    }
}
