using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Runtime.Processes;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>Bind mounts. Their sources are opened before anything is mounted over them, and are handles from then on.</summary>
/// <param name="process">The container's, whose user namespace gives the ids of an id-mapped mount that brings none.</param>
internal sealed class BindMounts(RootDirectory root, CreateOptions options, NamespacePlan namespaces, ChildProcess process) : IDisposable
{
    private readonly Dictionary<MountSpec, SafeFileHandle> _sources = new(ReferenceEqualityComparer.Instance);

    internal static bool IsBind(MountSpec mount) => mount.Type == "bind" || MountOptions.Parse(mount.Options).IsBind;

    /// <exception cref="FaultException">InvalidArgument: no source; LinuxException of open(2).</exception>
    internal void Open(MountSpec mount)
    {
        if (MountOptions.Parse(mount.Options).IsRemount) return;   // it has none but itself
        string given = mount.Source ?? throw new FaultException(FaultKind.InvalidArgument, $"bind mount on '{mount.Destination}' has no source");
        _sources[mount] = Files.Open(Path.GetFullPath(given, options.Bundle), OpenFlags.Path);
    }

    /// <summary>The type for <see cref="ProcPlaces"/>: "proc" when the source is the root of one.</summary>
    internal string? TypeOfSource(MountSpec mount)
        => _sources.TryGetValue(mount, out SafeFileHandle? source) && ProcessFileSystem.IsRoot(source) ? "proc" : null;

    internal void Make(MountSpec mount, MountOptions wishes)
    {
        string given = mount.Source!;
        SafeFileHandle source = _sources[mount];
        // A bind mount has no file system of its own to tell further options to; mount(2) passes over them, and so do all runtimes.
        if (wishes.FileSystem.Count > 0)
            options.Warn?.Invoke($"options {string.Join(',', wishes.FileSystem)} of the bind mount on '{mount.Destination}' have no effect: they are for a file system");
        bool isRecursive = wishes.IsRecursiveBind || wishes.IsRecursivelyIdMapped || (wishes.RecursiveSet | wishes.RecursiveClear) != 0;
        using SafeFileHandle bind = Mounts.Clone(source, isRecursive, given);
        MapIds(bind, mount, wishes);
        if ((wishes.Set | wishes.Clear) != 0) Mounts.SetAttributes(bind, wishes.Set, wishes.Clear, 0, recursive: false, given);
        if ((wishes.RecursiveSet | wishes.RecursiveClear) != 0) Mounts.SetAttributes(bind, wishes.RecursiveSet, wishes.RecursiveClear, 0, recursive: true, given);
        using SafeFileHandle place = Files.Stat(source).Kind == FileKind.Directory
            ? root.MakeDirectory(mount.Destination) : root.MakeFile(mount.Destination);
        Mounts.Attach(bind, place, mount.Destination);
        if (wishes.Propagation != 0) Mounts.SetAttributes(bind, 0, 0, wishes.Propagation, wishes.IsPropagationRecursive, mount.Destination);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle source in _sources.Values) source.Dispose();
    }

    /// <summary>Shows the files of a mount, not attached yet, with other owners, when it asks for that. config.md § Mounts, uidMappings.</summary>
    /// <exception cref="FaultException">InvalidArgument: half a mapping, or none to be had; LinuxException when the file system cannot.</exception>
    internal void MapIds(SafeFileHandle detached, MountSpec mount, MountOptions wishes)
    {
        bool hasUids = mount.UidMappings is { Count: > 0 }, hasGids = mount.GidMappings is { Count: > 0 };
        if (!hasUids && !hasGids && !wishes.IsIdMapped) return;
        if (hasUids != hasGids)
            throw new FaultException(FaultKind.InvalidArgument, $"id-mapped mount on '{mount.Destination}' must have both uid and gid mappings specified");
        if (!hasUids && !namespaces.HasUser)
            throw new FaultException(FaultKind.InvalidArgument,
                $"id-mapped mount on '{mount.Destination}' has no mappings, and the container has no user namespace to take them from; add uidMappings and gidMappings");
        using SafeFileHandle users = hasUids ? IdMappedUsers.Make(mount.UidMappings!, mount.GidMappings!)
            : Files.Open($"/proc/{process.Pid}/ns/user", OpenFlags.ReadOnly);
        Mounts.SetIdMap(detached, users, wishes.IsRecursivelyIdMapped, mount.Destination);
    }
}
