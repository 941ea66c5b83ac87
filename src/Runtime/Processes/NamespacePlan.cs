using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The namespaces of a container: those made for it, and those it joins, held open.</summary>
internal sealed class NamespacePlan : IDisposable
{
    private readonly List<(NamespaceKinds Kind, SafeFileHandle Handle, string Path)> _joined = [];

    /// <exception cref="FaultException">InvalidArgument: an unknown or repeated type, a path that is no namespace; NotSupported: a combination we cannot make.</exception>
    internal NamespacePlan(LinuxSpec? linux)
    {
        foreach (NamespaceSpec spec in linux?.Namespaces ?? [])
        {
            NamespaceKinds kind = Kind(spec.Type);
            if ((All & kind) != 0) throw new FaultException(FaultKind.InvalidArgument, $"linux.namespaces has two of type '{spec.Type}'");
            All |= kind;
            if (string.IsNullOrEmpty(spec.Path)) New |= kind;
            else _joined.Add((kind, Files.Open(spec.Path, OpenFlags.ReadOnly), spec.Path));
        }
        if ((New & NamespaceKinds.Mount) == 0)
            throw new FaultException(FaultKind.NotSupported, "a container needs a new mount namespace: add {\"type\": \"mount\"} without a path to linux.namespaces");
        if (HasUser && (New & NamespaceKinds.User) == 0)
            throw new FaultException(FaultKind.NotSupported, "joining a user namespace by its path is not supported yet; remove the path from linux.namespaces");
    }

    /// <summary>Made for this container.</summary>
    internal NamespaceKinds New { get; }

    /// <summary>Made or joined: not the runtime's own.</summary>
    internal NamespaceKinds All { get; }

    internal bool HasUser => (All & NamespaceKinds.User) != 0;

    /// <summary>What the clone itself makes. The cgroup namespace comes later, when the child is in its cgroup, which becomes the namespace's root;
    /// the time namespace too: its offsets must be written before anybody is in it.</summary>
    internal NamespaceKinds ByClone => New & ~(NamespaceKinds.Cgroup | NamespaceKinds.Time);

    /// <summary>The pid namespace to join: it counts for children only, so the parent enters it around the clone.</summary>
    internal SafeFileHandle? JoinedPid => _joined.Find(joined => joined.Kind == NamespaceKinds.Pid).Handle;

    /// <summary>Enters the others by path. Afterwards comes the cgroup, then <see cref="AddLate"/>.</summary>
    internal void AddJoins(ChildPlan plan)
    {
        foreach ((NamespaceKinds kind, SafeFileHandle handle, string path) in _joined)
            if (kind != NamespaceKinds.Pid)
                plan.Call($"cannot join namespace '{path}'", SyscallNumber.setns, handle, (long)kind);
    }

    internal void AddLate(ChildPlan plan)
    {
        NamespaceKinds late = New & (NamespaceKinds.Cgroup | NamespaceKinds.Time);
        if (late != 0) plan.Call($"cannot make namespaces ({late})", SyscallNumber.unshare, (long)late);
    }

    public void Dispose()
    {
        foreach (var joined in _joined) joined.Handle.Dispose();
    }

    private static NamespaceKinds Kind(string type) => type switch
    {
        "pid" => NamespaceKinds.Pid,
        "network" => NamespaceKinds.Network,
        "mount" => NamespaceKinds.Mount,
        "ipc" => NamespaceKinds.Ipc,
        "uts" => NamespaceKinds.Uts,
        "user" => NamespaceKinds.User,
        "cgroup" => NamespaceKinds.Cgroup,
        "time" => NamespaceKinds.Time,
        _ => throw new FaultException(FaultKind.InvalidArgument, $"unknown namespace type '{type}' in linux.namespaces"),
    };
}
