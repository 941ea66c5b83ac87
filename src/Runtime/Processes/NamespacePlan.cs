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
    private readonly (SafeFileHandle Handle, string Path)? _mounts;

    /// <exception cref="FaultException">InvalidArgument: an unknown or repeated type, a path that is no namespace of its type.</exception>
    internal NamespacePlan(LinuxSpec? linux)
    {
        foreach (NamespaceSpec spec in linux?.Namespaces ?? [])
        {
            NamespaceKinds kind = Kind(spec.Type);
            if ((All & kind) != 0) throw new FaultException(FaultKind.InvalidArgument, $"linux.namespaces has two of type '{spec.Type}'");
            All |= kind;
            if (string.IsNullOrEmpty(spec.Path)) New |= kind;
            else if (kind == NamespaceKinds.Mount) _mounts = (Files.Open(spec.Path, OpenFlags.ReadOnly), spec.Path);
            else _joined.Add((kind, Files.Open(spec.Path, OpenFlags.ReadOnly), spec.Path));
        }
        if (!HasOwnMounts) _mounts ??= (Namespaces.Current(NamespaceKinds.Mount), "mount");
    }

    /// <summary>Made for this container.</summary>
    internal NamespaceKinds New { get; }

    /// <summary>Made or joined: not the runtime's own.</summary>
    internal NamespaceKinds All { get; }

    internal bool HasUser => (All & NamespaceKinds.User) != 0;

    /// <summary>Its mounts are in a namespace that goes away with it. Otherwise they are built in one that nobody will live in, its root is a copy of
    /// that tree which hangs in no namespace at all, and the process goes with it to the namespace that it shall be in. So nothing is left
    /// behind there, whoever dies when.</summary>
    internal bool HasOwnMounts => (New & NamespaceKinds.Mount) != 0;

    /// <summary>What the clone itself makes. The cgroup namespace comes later, when the child is in its cgroup, which becomes the namespace's root;
    /// the time namespace too: its offsets must be written before anybody is in it.</summary>
    internal NamespaceKinds ByClone => NeedsRebirth ? NamespaceKinds.None : ByBirth;

    /// <summary>The pid namespace to join: it counts for children only, so the parent enters it around the clone.</summary>
    internal SafeFileHandle? JoinedPid => NeedsRebirth ? null : _joined.Find(joined => joined.Kind == NamespaceKinds.Pid).Handle;

    /// <summary>A namespace can be joined only by who has privileges where it belongs, and new ones belong to the user namespace of who makes them.
    /// So with a user namespace a child that still has ours joins what lies outside, then the user namespace, and is born again for the rest.</summary>
    internal bool NeedsRebirth => HasUser && _joined.Count > 0;

    private NamespaceKinds ByBirth => (New | NamespaceKinds.Mount) & ~(NamespaceKinds.Cgroup | NamespaceKinds.Time);

    /// <summary>Enters the others by path. Afterwards comes the cgroup, then <see cref="AddLate"/>.</summary>
    /// <param name="reborn">The report after which the parent goes on with another process (<see cref="NeedsRebirth"/>).</param>
    internal void AddJoins(ChildPlan plan, int reborn)
    {
        if (!NeedsRebirth)
        {
            foreach (var joined in _joined)
                if (joined.Kind != NamespaceKinds.Pid) Join(plan, joined.Kind, joined.Handle, joined.Path);
            return;
        }
        plan.AwaitParent();   // which may have to clone again, and there must not be two siblings
        var user = _joined.Find(joined => joined.Kind == NamespaceKinds.User);
        foreach (var joined in _joined)
            if (joined.Kind != NamespaceKinds.User && !BelongsTo(user.Handle, joined.Handle)) Join(plan, joined.Kind, joined.Handle, joined.Path);
        if (user.Handle is not null)
        {
            Join(plan, user.Kind, user.Handle, user.Path);
            foreach (var joined in _joined)
                if (joined.Kind != NamespaceKinds.User && BelongsTo(user.Handle, joined.Handle)) Join(plan, joined.Kind, joined.Handle, joined.Path);
        }
        plan.BeBornAgain(ByBirth, reborn);
    }

    internal void AddLate(ChildPlan plan)
    {
        NamespaceKinds late = New & (NamespaceKinds.Cgroup | NamespaceKinds.Time);
        if (late != 0) plan.Call($"cannot make namespaces ({Namespaces.FileNames(late)})", SyscallNumber.unshare, (long)late);
    }

    /// <summary>Programs count on their loopback, as runc and crun give it: in a new network namespace it is down.</summary>
    internal unsafe void AddLoopback(ChildPlan plan)
    {
        if ((New & NamespaceKinds.Network) == 0) return;
        const string Description = "cannot bring up the loopback interface";
        InterfaceFlags* request = plan.Copy<InterfaceFlags>([InterfaceFlags.Of("lo"u8, Libc.IFF_UP)]);
        plan.Call(Description, SyscallNumber.socket, Libc.AF_UNIX, Libc.SOCK_DGRAM | Libc.SOCK_CLOEXEC).Into(ChildPlan.Scratch);   // any socket of the namespace will do
        plan.Call(Description, SyscallNumber.ioctl, ChildPlan.Scratch, Libc.SIOCSIFFLAGS, request);
        plan.Call(Description, SyscallNumber.close, ChildPlan.Scratch);
    }

    /// <summary>Leaves the mount namespace in which the root was built.</summary>
    internal void AddMountEntry(ChildPlan plan)
    {
        if (_mounts is { } mounts) Join(plan, NamespaceKinds.Mount, mounts.Handle, mounts.Path);
    }

    public void Dispose()
    {
        _mounts?.Handle.Dispose();
        foreach (var joined in _joined) joined.Handle.Dispose();
    }

    private static void Join(ChildPlan plan, NamespaceKinds kind, SafeFileHandle handle, string path)
        => plan.Call($"cannot join namespace '{path}'", SyscallNumber.setns, handle, (long)kind);

    private static bool BelongsTo(SafeFileHandle? user, SafeFileHandle handle)
    {
        if (user is null) return false;
        using SafeFileHandle? owner = Namespaces.Owner(handle);
        return owner is not null && Files.Stat(owner).Inode == Files.Stat(user).Inode;
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
