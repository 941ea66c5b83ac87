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
    private readonly Dictionary<MountSpec, SafeFileHandle> _shared = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<MountSpec, SafeFileHandle> _users = new(ReferenceEqualityComparer.Instance);

    internal static bool IsBind(MountSpec mount) => mount.Type == "bind" || MountOptions.Parse(mount.Options).IsBind;

    /// <summary>Copies the source of a mount that asks to be shared, as a peer of the host's: what the container mounts there shows on the host, and the other way round.</summary>
    internal void CloneShared(MountSpec mount, string rootPath)
    {
        MountOptions wishes = MountOptions.Parse(mount.Options);
        if (!IsBind(mount) || wishes.IsRemount || wishes.Propagation != MountFlags.Shared || SourcePath(mount).StartsWith(rootPath + "/", StringComparison.Ordinal)) return;
        _sources[mount] = Files.Open(SourcePath(mount), OpenFlags.Path);
        _shared[mount] = Clone(mount, wishes);
    }

    private SafeFileHandle Clone(MountSpec mount, MountOptions wishes)
        => Mounts.Clone(SourceOf(mount), wishes.IsRecursiveBind || wishes.IsRecursivelyIdMapped || (wishes.RecursiveSet | wishes.RecursiveClear) != 0, mount.Source!);

    /// <summary>What a mount needs of the host, while we are who we are.</summary>
    /// <param name="rootPath">A source below the root is what earlier mounts make of it, and is opened when its turn comes.</param>
    /// <exception cref="FaultException">InvalidArgument: no source, half a mapping; LinuxException of open(2).</exception>
    internal void Open(MountSpec mount, string rootPath)
    {
        MountOptions wishes = MountOptions.Parse(mount.Options);
        if (wishes.IsRemount) return;   // it has none but itself
        if (UsersOf(mount, wishes) is { } users) _users[mount] = users;
        if (!IsBind(mount)) return;
        string path = SourcePath(mount);
        if (!_sources.ContainsKey(mount) && !path.StartsWith(rootPath + "/", StringComparison.Ordinal)) _sources[mount] = Files.Open(path, OpenFlags.Path);
    }

    private string SourcePath(MountSpec mount) => Path.GetFullPath(
        mount.Source ?? throw new FaultException(FaultKind.InvalidArgument, $"bind mount on '{mount.Destination}' has no source"), options.Bundle);

    private SafeFileHandle SourceOf(MountSpec mount)
    {
        if (_sources.TryGetValue(mount, out SafeFileHandle? source)) return source;
        using FileSystemIdentity own = FileSystemIdentity.AssumeOurs();
        return _sources[mount] = Files.Open(SourcePath(mount), OpenFlags.Path);
    }

    /// <summary>The type for <see cref="ProcPlaces"/>: "proc" when the source is the root of one, or what is there stays there.</summary>
    internal string? TypeOfSource(MountSpec mount)
        => MountOptions.Parse(mount.Options).IsRemount || ProcessFileSystem.IsRoot(SourceOf(mount)) ? "proc" : null;

    internal void Make(MountSpec mount, MountOptions wishes)
    {
        string given = mount.Source!;
        SafeFileHandle source = SourceOf(mount);
        // A bind mount has no file system of its own to tell further options to; mount(2) passes over them, and so do all runtimes.
        if (wishes.FileSystem.Count > 0)
            options.Warn?.Invoke($"options {string.Join(',', wishes.FileSystem)} of the bind mount on '{mount.Destination}' have no effect: they are for a file system");
        using SafeFileHandle bind = _shared.Remove(mount, out SafeFileHandle? shared) ? shared : Clone(mount, wishes);
        MapIds(bind, mount);
        if (wishes.NamesAttributes) BindAttributes.Set(bind, wishes, given);
        if ((wishes.RecursiveSet | wishes.RecursiveClear) != 0) Mounts.SetAttributes(bind, wishes.RecursiveSet, wishes.RecursiveClear, 0, recursive: true, given);
        using SafeFileHandle place = Files.Stat(source).Kind == FileKind.Directory
            ? root.MakeDirectory(mount.Destination) : root.MakeFile(mount.Destination);
        Mounts.Attach(bind, place, mount.Destination);
        if (wishes.Propagation != 0) Mounts.SetAttributes(bind, 0, 0, wishes.Propagation, wishes.IsPropagationRecursive, mount.Destination);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle source in _sources.Values) source.Dispose();
        foreach (SafeFileHandle shared in _shared.Values) shared.Dispose();
        foreach (SafeFileHandle users in _users.Values) users.Dispose();
    }

    /// <summary>Shows the files of a mount, not attached yet, with other owners, when it asks for that. config.md § Mounts, uidMappings.</summary>
    /// <exception cref="LinuxException">mount_setattr(2): EINVAL when the file system cannot.</exception>
    internal void MapIds(SafeFileHandle detached, MountSpec mount)
    {
        if (_users.TryGetValue(mount, out SafeFileHandle? users)) Mounts.SetIdMap(detached, users, MountOptions.Parse(mount.Options).IsRecursivelyIdMapped, mount.Destination);
    }

    /// <summary>The user namespace with the mapping of a mount; null when it has none.</summary>
    private SafeFileHandle? UsersOf(MountSpec mount, MountOptions wishes)
    {
        bool hasUids = mount.UidMappings is { Count: > 0 }, hasGids = mount.GidMappings is { Count: > 0 };
        if (!hasUids && !hasGids && !wishes.IsIdMapped) return null;
        if (hasUids != hasGids)
            throw new FaultException(FaultKind.InvalidArgument, $"id-mapped mount on '{mount.Destination}' must have both uid and gid mappings specified");
        if (!hasUids && !namespaces.HasUser)
            throw new FaultException(FaultKind.InvalidArgument,
                $"id-mapped mount on '{mount.Destination}' has no mappings, and the container has no user namespace to take them from; add uidMappings and gidMappings");
        return hasUids ? IdMappedUsers.Make(mount.UidMappings!, mount.GidMappings!) : Files.Open($"/proc/{process.Pid}/ns/user", OpenFlags.ReadOnly);
    }
}
