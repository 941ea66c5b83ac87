using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The AppArmor profile and SELinux label of a process, which the kernel applies at its execve.</summary>
internal static class SecurityLabels
{
    /// <summary>AppArmor confines programs on this machine.</summary>
    internal static bool HasAppArmor => ReadFirst("/sys/module/apparmor/parameters/enabled") == (byte)'Y';

    /// <summary>SELinux is enabled on this machine: its file system can be mounted only then.</summary>
    internal static bool HasSelinux => Directory.Exists("/sys/fs/selinux") && File.Exists("/sys/fs/selinux/enforce");

    /// <summary>While nothing of ours is taken away yet: a process may be confined by itself only.</summary>
    /// <exception cref="FaultException">NotSupported: the machine has no such security module; InvalidArgument: a name that is none.</exception>
    internal static void Add(ChildPlan plan, SafeFileHandle proc, ProcessSpec process)
    {
        if (process.ApparmorProfile is { Length: > 0 } profile)
        {
            if (!HasAppArmor) throw new FaultException(FaultKind.NotSupported, "apparmor: config provided but apparmor not supported: remove process.apparmorProfile");
            // With another module before it, the shared file would be that one's.
            string file = Directory.Exists("/proc/self/attr/apparmor") ? "self/attr/apparmor/exec" : "self/attr/exec";
            ProcessPlan.Write(plan, $"unable to apply apparmor profile '{profile}'", proc, file, $"exec {profile}");
        }
        if (process.SelinuxLabel is { Length: > 0 } label)
        {
            if (!HasSelinux)
                throw new FaultException(FaultKind.NotSupported, "selinux label is specified in config, but selinux is disabled or not supported: remove process.selinuxLabel");
            ProcessPlan.Write(plan, $"unable to apply selinux label '{label}'", proc, "self/attr/exec", label);
        }
    }

    private static int ReadFirst(string path)
    {
        using SafeFileHandle? file = Files.TryOpenAt(null, path, OpenFlags.ReadOnly, 0, out _);
        return file is null ? -1 : Files.ReadAll(file, path) is [byte first, ..] ? first : -1;
    }
}
