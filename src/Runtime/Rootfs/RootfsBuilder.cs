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
internal sealed unsafe class RootfsBuilder(RuntimeSpec spec, CreateOptions options, RootMount rootMount, NamespacePlan namespaces, ICgroup? cgroup, ChildMounts childMounts, ChildProcess process) : IDisposable
{
    private readonly BindMounts _binds = new(rootMount.Directory, options, namespaces, process);
    private readonly RootDirectory _root = rootMount.Directory;
    private readonly List<(SafeFileHandle Mount, string Destination)> _readOnlyAtTheEnd = [];
    private IReadOnlyList<MountSpec> ConfiguredMounts => spec.Mounts ?? [];

    /// <summary>What the child need not have come to yet: the root in its place, without propagation to the host.</summary>
    internal void Attach()
    {
        // Shared with the host is refused by not being made: slave at most, and the container's own "/" gets its wish after the pivot.
        // Volumes that shall be shared with it are copied before, when they still are.
        MountFlags propagation = Propagation.Parse(spec.Linux?.RootfsPropagation) switch
        {
            null or MountFlags.Shared or MountFlags.Slave => MountFlags.Slave,
            _ => MountFlags.Private,
        };
        if (Propagation.Parse(spec.Linux?.RootfsPropagation) == MountFlags.Shared)
            foreach (MountSpec mount in ConfiguredMounts) _binds.CloneShared(mount, rootMount.Path);
        using (SafeFileHandle all = Files.Open("/", OpenFlags.Path | OpenFlags.Directory))
            Mounts.SetAttributes(all, 0, 0, propagation, recursive: true, "/");
        // The root is a copy of the host's mount and so its peer: left so, every mount below it would show on the host.
        Mounts.SetAttributes(_root.Handle, 0, 0, propagation, recursive: true, rootMount.Path);
        foreach (MountSpec mount in ConfiguredMounts)
            _binds.Open(mount, rootMount.Path);
        using SafeFileHandle place = Files.Open(rootMount.Path, OpenFlags.Path | OpenFlags.Directory);
        Mounts.Attach(_root.Handle, place, rootMount.Path);
    }

    /// <summary>The mounts of the config in their order, devices, links. Needs the child's own file systems.</summary>
    internal void Populate(Child child, ReadOnlySpan<long> slots)
    {
        using FileSystemIdentity? identity = FileSystemIdentity.AssumeRootOf(process, namespaces);
        foreach (MountSpec mount in ConfiguredMounts)
            try
            {
                Populate(child, slots, mount, MountOptions.Parse(mount.Options));
            }
            // Without the process itself (ESRCH) it is its own last words that tell why.
            catch (FaultException e) when (e is not (LinuxException { Errno: Errno.ESRCH } or ChildFailure))
            {
                throw new FaultException(e.Kind, $"unable to start container process: error during container init: error mounting \"{mount.Source}\" to rootfs at \"{mount.Destination}\": {e.Message}", e);
            }
        if (!IsDevBound())
        {
            using DeviceNodes devices = new(_root, bindOnly: namespaces.HasUser);
            devices.Make(spec.Linux?.Devices ?? []);
            devices.Link();
        }
        // A working directory that the image lacks is made, as every runtime does.
        if (spec.Process?.Cwd is { Length: > 1 } cwd) _root.MakeDirectory(cwd).Dispose();
    }

    private void Populate(Child child, ReadOnlySpan<long> slots, MountSpec mount, MountOptions options)
    {
        CheckPlace(mount);
        if (options.IsRemount) Remount.Make(_root, mount, options);
        else if (BindMounts.IsBind(mount))
        {
            _binds.Make(mount, options);
            if (_binds.TypeOfSource(mount) == "proc") CheckOrdinaryDirectory("proc", mount.Destination);
        }
        else if (mount.Type == "cgroup" && cgroup is not null && !childMounts.Contains(mount)) new CgroupHierarchiesMount(_root, cgroup, childMounts).Make(child, slots, mount, options, _readOnlyAtTheEnd);
        else if (childMounts.Contains(mount)) Place(childMounts.Make(child, slots, mount, options.Set & ~MountAttribute.ReadOnly), mount, options);
        else Place(Make(mount, options), mount, options);
    }

    public void Dispose() => _binds.Dispose();

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
        // A link there, brought by a volume at /dev, would have the terminal cover what it names.
        using (SafeFileHandle? there = _root.TryOpen("/dev/console", OpenFlags.Path | OpenFlags.NoFollow, 0, out _))
            if (there is not null && Files.Stat(there).Kind == FileKind.SymbolicLink)
                throw new FaultException(FaultKind.InvalidArgument, "cannot mount the terminal on '/dev/console': it is a symbolic link");
        using SafeFileHandle place = _root.MakeFile("/dev/console", 0x1B6 /* 0666 */);
        // Not looked up by its name, behind which somebody might have put another file meanwhile (CVE-2025-52565).
        using SafeFileHandle bind = Mounts.Clone(pty.Peer, recursive: false, "/dev/console");
        Mounts.Attach(bind, place, "/dev/console");
    }

    /// <summary>Makes the root "/" for every process of the namespace and drops the host's tree. Then no path of the host resolves any more.</summary>
    /// <returns>For a container without mounts of its own namespace the tree to go to as "/"; else null.</returns>
    /// <exception cref="LinuxException">pivot_root(2): EINVAL on an initramfs, which needs no-pivot.</exception>
    internal SafeFileHandle? Pivot()
    {
        if (!namespaces.HasOwnMounts)
        {
            SafeFileHandle tree = Mounts.Clone(_root.Handle, recursive: true, "/");
            Mounts.SetAttributes(tree, 0, 0, MountFlags.Private, recursive: true, "/");
            return tree;
        }
        BecomeRoot();
        if (spec.Linux?.RootfsPropagation is { Length: > 0 } wish && Propagation.Parse(wish) is { } propagation and not MountFlags.Slave)
            Mounts.SetAttributes(_root.Handle, 0, 0, propagation, Propagation.IsRecursive(wish), "/");
        return null;
    }

    private void BecomeRoot()
    {
        if (Libc.fchdir(_root.Handle.Fd()) < 0) throw LinuxException.FromLastError("fchdir", "cannot enter the root file system");
        if (options.NoPivot) MoveOverRoot();
        else
        {
            // Old and new root in one place: the old one ends on top and is taken off. pivot_root(2), "pivot_root(".", ".")".
            using Utf8Text dot = new(".");
            if (Libc.syscall(SyscallNumber.pivot_root, (nint)dot.Pointer, (nint)dot.Pointer) < 0)
                throw LinuxException.FromLastError("pivot_root", "cannot make the root file system \"/\" (on an initramfs use --no-pivot)");
            Mounts.Unmount(".", UnmountFlags.Detach);
        }
        if (Libc.fchdir(_root.Handle.Fd()) < 0) throw LinuxException.FromLastError("fchdir", "cannot enter the new root");
    }

    private void MoveOverRoot()
    {
        HostViews.Remove(rootMount.Path);
        using SafeFileHandle slash = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        Mounts.Attach(_root.Handle, slash, "/");
        if (Libc.chroot(".") < 0) throw LinuxException.FromLastError("chroot", "cannot make the root file system \"/\"");
    }

    private SafeFileHandle Make(MountSpec mount, MountOptions options)
    {
        if (string.IsNullOrEmpty(mount.Type))
            throw new FaultException(FaultKind.InvalidArgument, $"mount on '{mount.Destination}' has no type and is no bind mount");
        List<string> data = [.. options.FileSystem, .. FileLabel.Options(spec.Linux, mount.Type)];
        if (WantsModeOfPlace(mount, options) && HasDirectory(mount.Destination, out uint mode)) data.Add($"mode={Convert.ToString(mode, 8)}");
        return mount.Type == "overlay" ? OverlayMount.Create(data, options.Set & ~MountAttribute.ReadOnly)
            : Mounts.Create(mount.Type, string.IsNullOrEmpty(mount.Source) ? mount.Type : mount.Source, data, options.Set & ~MountAttribute.ReadOnly);
    }

    private void Place(SafeFileHandle made, MountSpec mount, MountOptions options)
    {
        uint mode = 0;
        bool takesMode = childMounts.Contains(mount) && WantsModeOfPlace(mount, options) && HasDirectory(mount.Destination, out mode);
        SafeFileHandle place = _root.MakeDirectory(mount.Destination);
        if (mount.Type is "proc" or "sysfs") CheckOrdinaryDirectory(mount.Type, mount.Destination);
        if (options.CopyUp) TmpCopyUp.Copy(_root, mount.Destination, made);
        _binds.MapIds(made, mount);
        if (takesMode) SetMode(made, mode, mount.Destination);
        Mounts.Attach(made, place, mount.Destination);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
            Mounts.SetAttributes(made, options.RecursiveSet & ~MountAttribute.ReadOnly, options.RecursiveClear, 0, recursive: true, mount.Destination);
        if (options.Propagation != 0) Mounts.SetAttributes(made, 0, 0, options.Propagation, options.IsPropagationRecursive, mount.Destination);
        // What is still to be filled (/dev) becomes read-only when it is.
        if (((options.Set | options.RecursiveSet) & MountAttribute.ReadOnly) != 0) _readOnlyAtTheEnd.Add((made, mount.Destination));
        else made.Dispose();
        place.Dispose();
    }

    // A link there would put procfs where the masks below do not look (CVE-2019-16884).
    private void CheckOrdinaryDirectory(string type, string destination)
    {
        using SafeFileHandle? place = _root.TryOpen(destination, OpenFlags.Path | OpenFlags.Directory, 0, out Errno errno, ResolveFlags.NoSymlinks);
        if (place is null) throw new FaultException(FaultKind.InvalidArgument, $"filesystem \"{type}\" must be mounted on ordinary directory: '{destination}' ({errno.Name()})");
    }

    // A tmpfs that is not told its mode has that of the directory it covers, as with runc.
    private static bool WantsModeOfPlace(MountSpec mount, MountOptions options)
        => mount.Type == "tmpfs" && !options.FileSystem.Exists(option => option.StartsWith("mode=", StringComparison.Ordinal));

    private bool HasDirectory(string path, out uint mode)
    {
        using SafeFileHandle? place = _root.Find(path);
        mode = place is null ? 0 : Files.Stat(place).Permissions;
        return place is not null;
    }

    private static void SetMode(SafeFileHandle mount, uint mode, string destination)
    {
        if (Libc.fchmodat(mount.Fd(), ".", mode, 0) < 0) throw LinuxException.FromLastError("fchmodat", $"cannot set the mode of '{destination}'");
    }

    private void CheckPlace(MountSpec mount)
    {
        if (!mount.Destination.StartsWith('/'))
            options.Warn?.Invoke($"mount destination '{mount.Destination}': a relative destination path is deprecated, using it as relative to /");
        if (!ProcPlaces.IsAllowed($"/{mount.Destination}", BindMounts.IsBind(mount) ? _binds.TypeOfSource(mount) : mount.Type))
            throw new FaultException(FaultKind.InvalidArgument, $"\"{mount.Destination}\" cannot be mounted because it is inside /proc");
    }

    private bool IsDevBound()
    {
        foreach (MountSpec mount in ConfiguredMounts)
            if (mount.Destination.TrimEnd('/') == "/dev" && BindMounts.IsBind(mount)) return true;
        return false;
    }
}
