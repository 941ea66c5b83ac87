using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>Builds what the container sees as "/" in its own mount namespace, which this thread visits meanwhile.
/// Every place in it is a handle resolved under its root by the kernel.</summary>
internal sealed unsafe class RootfsBuilder(RuntimeSpec spec, string bundle, RootMount rootMount, NamespacePlan namespaces, ICgroup? cgroup, ChildMounts childMounts)
{
    private readonly RootDirectory _root = rootMount.Directory;
    private readonly List<(SafeFileHandle Mount, string Destination)> _readOnlyAtTheEnd = [];
    private readonly Dictionary<MountSpec, SafeFileHandle> _bindSources = new(ReferenceEqualityComparer.Instance);
    private IReadOnlyList<MountSpec> ConfiguredMounts => spec.Mounts ?? [];

    /// <summary>What the child need not have come to yet: the root in its place, without propagation to the host.</summary>
    internal void Attach()
    {
        // Shared with the host is refused by not being made: slave at most, and the container's own "/" gets its wish after the pivot.
        MountFlags propagation = Propagation.Parse(spec.Linux?.RootfsPropagation) switch
        {
            null or MountFlags.Shared or MountFlags.Slave => MountFlags.Slave,
            _ => MountFlags.Private,
        };
        using (SafeFileHandle all = Files.Open("/", OpenFlags.Path | OpenFlags.Directory))
            Mounts.SetAttributes(all, 0, 0, propagation, recursive: true, "/");
        // The root is a copy of the host's mount and so its peer: left so, every mount below it would show on the host.
        Mounts.SetAttributes(_root.Handle, 0, 0, propagation, recursive: true, rootMount.Path);
        foreach (MountSpec mount in ConfiguredMounts)
            if (IsBind(mount)) _bindSources[mount] = OpenSource(mount);
        using SafeFileHandle place = Files.Open(rootMount.Path, OpenFlags.Path | OpenFlags.Directory);
        Mounts.Attach(_root.Handle, place, rootMount.Path);
    }

    /// <summary>The mounts of the config in their order, devices, links. Needs the child's own file systems.</summary>
    internal void Populate(Child child, ReadOnlySpan<long> slots)
    {
        using FileSystemIdentity? identity = FileSystemIdentity.AssumeRootOf(spec.Linux, namespaces);
        foreach (MountSpec mount in ConfiguredMounts)
        {
            MountOptions options = MountOptions.Parse(mount.Options);
            CheckPlace(mount, options);
            if (_bindSources.TryGetValue(mount, out SafeFileHandle? source)) Bind(mount, source, options);
            else if (mount.Type == "cgroup" && cgroup is not null && !childMounts.Contains(mount)) new CgroupHierarchiesMount(_root, cgroup, childMounts).Make(child, slots, mount, options, _readOnlyAtTheEnd);
            else if (childMounts.Contains(mount)) Place(childMounts.Make(child, slots, mount, options.Set & ~MountAttribute.ReadOnly), mount, options);
            else Place(Make(mount, options), mount, options);
        }
        if (!IsDevBound())
        {
            new DeviceNodes(_root, bindOnly: namespaces.HasUser).Make(spec.Linux?.Devices ?? []);
            DeviceNodes.Link(_root);
        }
        // A working directory that the image lacks is made, as every runtime does.
        if (spec.Process?.Cwd is { Length: > 1 } cwd) _root.MakeDirectory(cwd).Dispose();
    }

    /// <summary>What hides and protects: last, since it would be in the way of what comes before.</summary>
    internal void Seal()
    {
        foreach ((SafeFileHandle mount, string destination) in _readOnlyAtTheEnd)
        {
            Mounts.SetAttributes(mount, MountAttribute.ReadOnly, 0, 0, recursive: false, destination);
            mount.Dispose();
        }
        PathMasks.MakeReadOnly(_root, spec.Linux?.ReadonlyPaths ?? []);
        PathMasks.Hide(_root, spec.Linux?.MaskedPaths ?? []);
        if (spec.Root?.Readonly == true) Mounts.SetAttributes(_root.Handle, MountAttribute.ReadOnly, 0, 0, recursive: false, "/");
    }

    /// <summary>The console is the peer's own file, bound.</summary>
    internal void BindConsole(Pty pty)
    {
        using SafeFileHandle place = _root.MakeFile("/dev/console", 0x1B6 /* 0666 */);
        using SafeFileHandle peer = _root.Open($"/dev/pts/{pty.Number}", OpenFlags.Path | OpenFlags.NoFollow);
        using SafeFileHandle bind = Mounts.Clone(peer, recursive: false, "/dev/console");
        Mounts.Attach(bind, place, "/dev/console");
    }

    /// <summary>Makes the root "/" for every process of the namespace and drops the host's tree. Then no path of the host resolves any more.</summary>
    /// <exception cref="LinuxException">pivot_root(2): EINVAL on an initramfs, which needs no-pivot.</exception>
    internal void Pivot(bool noPivot)
    {
        if (Libc.fchdir(_root.Handle.Fd()) < 0) throw LinuxException.FromLastError("fchdir", "cannot enter the root file system");
        if (noPivot) MoveOverRoot();
        else
        {
            // Old and new root in one place: the old one ends on top and is taken off. pivot_root(2), "pivot_root(".", ".")".
            using Utf8Text dot = new(".");
            if (Libc.syscall(SyscallNumber.pivot_root, (nint)dot.Pointer, (nint)dot.Pointer) < 0)
                throw LinuxException.FromLastError("pivot_root", "cannot make the root file system \"/\" (on an initramfs use --no-pivot)");
            Mounts.Unmount(".", UnmountFlags.Detach);
        }
        if (Libc.fchdir(_root.Handle.Fd()) < 0) throw LinuxException.FromLastError("fchdir", "cannot enter the new root");
        if (spec.Linux?.RootfsPropagation is { Length: > 0 } wish && Propagation.Parse(wish) is { } propagation and not MountFlags.Slave)
            Mounts.SetAttributes(_root.Handle, 0, 0, propagation, Propagation.IsRecursive(wish), "/");
    }

    private void MoveOverRoot()
    {
        using SafeFileHandle slash = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        Mounts.Attach(_root.Handle, slash, "/");
        if (Libc.chroot(".") < 0) throw LinuxException.FromLastError("chroot", "cannot make the root file system \"/\"");
    }

    private static bool IsBind(MountSpec mount) => mount.Type == "bind" || MountOptions.Parse(mount.Options).IsBind;

    private SafeFileHandle OpenSource(MountSpec mount)
    {
        string given = mount.Source ?? throw new FaultException(FaultKind.InvalidArgument, $"bind mount on '{mount.Destination}' has no source");
        return Files.Open(Path.GetFullPath(given, bundle), OpenFlags.Path);
    }

    private void Bind(MountSpec mount, SafeFileHandle source, MountOptions options)
    {
        string given = mount.Source!;
        // A bind mount has no file system to tell further options ("mode=755") to; mount(2) passes over them, and so do all runtimes.
        if (mount.UidMappings is { Count: > 0 } || mount.GidMappings is { Count: > 0 })
            throw new FaultException(FaultKind.NotSupported, $"uidMappings and gidMappings of the mount on '{mount.Destination}' are not supported yet; remove them");
        using SafeFileHandle bind = Mounts.Clone(source, options.IsRecursiveBind || options.RecursiveSet != 0 || options.RecursiveClear != 0, given);
        if ((options.Set | options.Clear) != 0) Mounts.SetAttributes(bind, options.Set, options.Clear, 0, recursive: false, given);
        if ((options.RecursiveSet | options.RecursiveClear) != 0) Mounts.SetAttributes(bind, options.RecursiveSet, options.RecursiveClear, 0, recursive: true, given);
        using SafeFileHandle place = Files.Stat(source).Kind == FileKind.Directory
            ? _root.MakeDirectory(mount.Destination) : _root.MakeFile(mount.Destination);
        Mounts.Attach(bind, place, mount.Destination);
        if (options.Propagation != 0) Mounts.SetAttributes(bind, 0, 0, options.Propagation, options.IsPropagationRecursive, mount.Destination);
        source.Dispose();
    }

    private SafeFileHandle Make(MountSpec mount, MountOptions options)
    {
        if (string.IsNullOrEmpty(mount.Type))
            throw new FaultException(FaultKind.InvalidArgument, $"mount on '{mount.Destination}' has no type and is no bind mount");
        return mount.Type == "overlay" ? OverlayMount.Create(options.FileSystem, options.Set & ~MountAttribute.ReadOnly)
            : Mounts.Create(mount.Type, string.IsNullOrEmpty(mount.Source) ? mount.Type : mount.Source, options.FileSystem, options.Set & ~MountAttribute.ReadOnly);
    }

    private void Place(SafeFileHandle made, MountSpec mount, MountOptions options)
    {
        SafeFileHandle place = _root.MakeDirectory(mount.Destination);
        if (mount.Type is "proc" or "sysfs") CheckOrdinaryDirectory(mount);
        if (options.CopyUp) TmpCopyUp.Copy(_root, mount.Destination, made);
        Mounts.Attach(made, place, mount.Destination);
        if (options.Propagation != 0) Mounts.SetAttributes(made, 0, 0, options.Propagation, options.IsPropagationRecursive, mount.Destination);
        // What is still to be filled (/dev) becomes read-only when it is.
        if (options.IsReadOnly) _readOnlyAtTheEnd.Add((made, mount.Destination));
        else made.Dispose();
        place.Dispose();
    }

    // A link there would put procfs where the masks below do not look (CVE-2019-16884).
    private void CheckOrdinaryDirectory(MountSpec mount)
    {
        using SafeFileHandle? place = _root.TryOpen(mount.Destination, OpenFlags.Path | OpenFlags.Directory, 0, out Errno errno, ResolveFlags.NoSymlinks);
        if (place is null) throw new FaultException(FaultKind.InvalidArgument, $"filesystem \"{mount.Type}\" must be mounted on ordinary directory: '{mount.Destination}' ({errno})");
    }

    private static void CheckPlace(MountSpec mount, MountOptions options)
    {
        if (!mount.Destination.StartsWith('/'))
            throw new FaultException(FaultKind.InvalidArgument, $"mount destination '{mount.Destination}' is not absolute");
        if (!ProcPlaces.IsAllowed(mount.Destination, IsBind(mount) ? null : mount.Type))
            throw new FaultException(FaultKind.InvalidArgument, $"\"{mount.Destination}\" cannot be mounted because it is inside /proc");
        if (!IsBind(mount) && (options.RecursiveSet | options.RecursiveClear) != 0)
            throw new FaultException(FaultKind.NotSupported, $"recursive options of the mount on '{mount.Destination}' are supported for bind mounts only");
    }

    private bool IsDevBound() => ConfiguredMounts.Any(mount => mount.Destination.TrimEnd('/') == "/dev" && IsBind(mount));
}
