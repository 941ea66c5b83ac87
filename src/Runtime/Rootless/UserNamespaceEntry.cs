using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootless;

/// <summary>Starts <see cref="InnerRuntime"/> in a user namespace.</summary>
internal static class UserNamespaceEntry
{
    private const int WantsIdMaps = 1;

    /// <summary>Whether this process needs it: no root, and not inside yet.</summary>
    internal static bool IsNeeded => Libc.geteuid() != 0 && !InnerRuntime.IsThis;

    private static bool MapsRoot(IReadOnlyList<IdMapping>? mappings)
    {
        foreach (IdMapping mapping in mappings ?? [])
            if (mapping.ContainerID == 0) return true;
        return false;
    }

    /// <summary>In the namespace that a config asks for, with a mount namespace of ours in it.</summary>
    /// <exception cref="FaultException">NotSupported, InvalidArgument: a config that only root can run; LinuxException of what the kernel refuses.</exception>
    internal static ChildProcess Start(RuntimeSpec spec, IReadOnlyList<string> arguments, int activated, int preserved)
    {
        NamespaceSpec user = spec.Linux?.Namespace("user")
            ?? throw new FaultException(FaultKind.InvalidArgument, "rootless container requires user namespaces: add {\"type\": \"user\"} to linux.namespaces, or run as root");
        if (!string.IsNullOrEmpty(user.Path))
        {
            using SafeFileHandle joined = Files.Open(user.Path, OpenFlags.ReadOnly);
            return Start(joined, NamespaceKinds.User, arguments, activated, preserved);
        }
        if (!MapsRoot(spec.Linux!.UidMappings) || !MapsRoot(spec.Linux.GidMappings))
            throw new FaultException(FaultKind.InvalidArgument, "rootless container requires id 0 to be mapped in linux.uidMappings and linux.gidMappings");
        using ChildPlan plan = new();
        plan.ResetSignals();
        plan.Report(WantsIdMaps);
        plan.AwaitParent();
        AddProgram(plan, arguments, activated, preserved);
        using Child child = Child.Start(plan, new BirthPlace(NamespaceKinds.User | NamespaceKinds.Mount, null));
        try
        {
            child.Await(WantsIdMaps);
            IdMaps.Write(child.Process.Pid, spec.Linux);
        }
        catch
        {
            child.Abandon();
            throw;
        }
        child.GoOn();
        child.AwaitProgram();
        return child.Process;
    }

    /// <summary>In the one where a container's process is.</summary>
    /// <exception cref="LinuxException">setns(2): EPERM when it belongs to somebody else.</exception>
    internal static ChildProcess Start(ChildProcess container, IReadOnlyList<string> arguments, int preserved)
        => Start(container.Pidfd, NamespaceKinds.User, arguments, 0, preserved);

    private static ChildProcess Start(SafeFileHandle joined, NamespaceKinds kinds, IReadOnlyList<string> arguments, int activated, int preserved)
    {
        using ChildPlan plan = new();
        plan.ResetSignals();
        plan.AwaitParent();
        plan.Call("cannot join the user namespace of the container", SyscallNumber.setns, joined, (long)kinds);
        plan.Call("cannot make a mount namespace", SyscallNumber.unshare, (long)NamespaceKinds.Mount);
        AddProgram(plan, arguments, activated, preserved);
        using Child child = Child.Start(plan, new BirthPlace(NamespaceKinds.None, null));
        child.GoOn();
        child.AwaitProgram();
        return child.Process;
    }

    private static void AddProgram(ChildPlan plan, IReadOnlyList<string> arguments, int activated, int preserved)
    {
        plan.Call("cannot become root of the user namespace", SyscallNumber.setresgid, 0, 0, 0);
        plan.Call("cannot become root of the user namespace", SyscallNumber.setresuid, 0, 0, 0);
        plan.Keep(0, 3 + activated + preserved);
        const string Program = "/proc/self/exe";
        var program = plan.FindExecutable("cannot start the runtime anew", [Program], isPath: true);
        plan.ExecuteOrReport("cannot start the runtime anew", program, arguments, [.. Spawn.Inherited(), $"{InnerRuntime.Variable}={activated}"]);
    }
}
