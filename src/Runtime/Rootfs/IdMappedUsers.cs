using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>A user namespace that nobody lives in: mount_setattr(2) takes the mapping of an id-mapped mount in this form only.</summary>
internal static class IdMappedUsers
{
    /// <exception cref="LinuxException">clone(2), or write(2) of a map that the kernel refuses.</exception>
    internal static SafeFileHandle Make(IReadOnlyList<IdMapping> uids, IReadOnlyList<IdMapping> gids)
    {
        using ChildPlan plan = new();
        plan.AwaitParent();
        using Child child = Child.Start(plan, new BirthPlace(NamespaceKinds.User, null));
        try
        {
            IdMaps.Write(child.Process.Pid, new LinuxSpec { UidMappings = uids, GidMappings = gids });
            return Files.Open($"/proc/{child.Process.Pid}/ns/user", OpenFlags.ReadOnly);
        }
        finally
        {
            child.Abandon();
            child.Process.Dispose();
        }
    }
}
