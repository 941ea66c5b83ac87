using System.Text;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Volumes;

/// <summary>The named volumes below one directory: <c>NAME/_data</c> and <c>NAME/volume.json</c>. Thread-safe.
/// Who uses a volume is the caller's knowledge and is given where it matters.</summary>
public sealed class VolumeStore
{
    private const uint DataMode = 0x1ED /* 0755 */, VolumeMode = 0x1C1 /* 0701: to be passed through, not listed */;
    private const string RemovedPrefix = ".removed-";
    private readonly Lock _gate = new();   // guards _volumes, _mounted and the documents; nothing else is taken under it
    private readonly string _root;
    private readonly Dictionary<string, Volume> _volumes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mounted = new(StringComparer.Ordinal);

    /// <param name="root"><c>&lt;data-root&gt;/volumes</c>; made when missing, its documents are read.</param>
    public VolumeStore(string root)
    {
        _root = root;
        Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        foreach (string directory in Directory.EnumerateDirectories(root))
            Load(Path.GetFileName(directory));
    }

    /// <summary>In the order of their names.</summary>
    public IReadOnlyList<Volume> List()
    {
        lock (_gate) return [.. _volumes.Values.OrderBy(v => v.Name, StringComparer.Ordinal)];
    }

    public Volume? Find(string name)
    {
        lock (_gate) return _volumes.GetValueOrDefault(name);
    }

    /// <exception cref="FaultException">NotFound, docker's text.</exception>
    public Volume Get(string name) => Find(name) ?? throw NotFound(name);

    /// <summary>Makes the volume; one of that name that is there already is the answer, when driver options agree or are not given.</summary>
    /// <param name="name">Null or empty for an anonymous one.</param>
    /// <exception cref="FaultException">InvalidArgument: name or options; Conflict: it exists with other options.</exception>
    public Volume Create(string? name, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyDictionary<string, string>? options = null)
        => Create(name, labels, options, out _);

    /// <param name="created">False when it was there already.</param>
    public Volume Create(string? name, IReadOnlyDictionary<string, string>? labels, IReadOnlyDictionary<string, string>? options, out bool created)
    {
        bool anonymous = string.IsNullOrEmpty(name);
        name = anonymous ? VolumeName.Random() : name!;
        VolumeName.Check(name);
        options ??= new Dictionary<string, string>();
        CheckOptions(name, options);
        lock (_gate)
        {
            created = false;
            if (_volumes.TryGetValue(name, out Volume? existing))
            {
                if (options.Count > 0 && !SameEntries(options, existing.Options))
                    throw new FaultException(FaultKind.Conflict, $"create {name}: volume already exists with different driver options");
                return existing;
            }
            VolumeDocument document = new()
            {
                CreatedAt = DateTimeOffset.UtcNow,
                Labels = new(labels ?? new Dictionary<string, string>()),
                Options = new(options),
                Anonymous = anonymous,
            };
            MakeDirectories(name);
            Files.Replace(DocumentPath(name), JsonSerializer.SerializeToUtf8Bytes(document, VolumeJson.Default.VolumeDocument));
            created = true;
            return _volumes[name] = ToVolume(name, document);
        }
    }

    private static void CheckOptions(string name, IReadOnlyDictionary<string, string> options)
    {
        try
        {
            _ = VolumeOptions.Parse(options);
        }
        catch (FaultException error)
        {
            throw new FaultException(error.Kind, $"create {name}: {error.Message}", error);
        }
    }

    /// <summary>Makes the volume's content reachable at its mountpoint, for volumes with mount options; to be called before a container that uses it starts.</summary>
    /// <exception cref="LinuxException">mount(2).</exception>
    public Volume Mount(string name)
    {
        lock (_gate)
        {
            Volume volume = _volumes.GetValueOrDefault(name) ?? throw NotFound(name);
            if (VolumeOptions.Parse(volume.Options) is not { } options || _mounted.Contains(name) || IsMountPoint(volume.Mountpoint)) return volume;
            options.MountOn(volume.Mountpoint, name);
            _mounted.Add(name);
            return volume;
        }
    }

    /// <summary>The same in the calling thread's own mount namespace, which ends with what was mounted in it: nothing is noted.</summary>
    /// <exception cref="LinuxException">mount(2).</exception>
    public void MountHere(string name)
    {
        Volume volume = Get(name);
        if (VolumeOptions.Parse(volume.Options) is { } options && !IsMountPoint(volume.Mountpoint)) options.MountOn(volume.Mountpoint, name);
    }

    /// <summary>Undoes <see cref="Mount"/> when the last container is gone; nothing happens when it is not mounted.</summary>
    public void Unmount(string name)
    {
        lock (_gate)
        {
            if (!_volumes.TryGetValue(name, out Volume? volume) || volume.Options.Count == 0) return;
            if (IsMountPoint(volume.Mountpoint)) _ = Libc.umount2(volume.Mountpoint, UnmountFlags.NoFollow | UnmountFlags.Detach);
            _mounted.Remove(name);
        }
    }

    /// <param name="users">Ids of the containers that use it.</param>
    /// <exception cref="FaultException">NotFound; Conflict when it is in use, both in docker's words.</exception>
    public void Remove(string name, IReadOnlyCollection<string> users)
    {
        lock (_gate)
        {
            if (!_volumes.ContainsKey(name)) throw NotFound(name);
            if (users.Count > 0)
                throw new FaultException(FaultKind.Conflict, $"remove {name}: volume is in use - [{string.Join(", ", users)}]");
            Unmount(name);
            // One rename takes the name away; a crash after it leaves a directory that the next start removes.
            string removed = Path.Combine(_root, $"{RemovedPrefix}{name}");
            RemoveTree(removed);
            // Somebody may have removed it by hand: then its name is all that is left.
            if (Directory.Exists(Path.Combine(_root, name))) Directory.Move(Path.Combine(_root, name), removed);
            _volumes.Remove(name);
            RemoveTree(removed);
        }
    }

    /// <summary>Removes what nobody uses.</summary>
    /// <param name="isUsed">Asked for each volume by name.</param>
    /// <param name="matches">Further conditions, such as label filters and whether named volumes go too.</param>
    /// <returns>The names, and the bytes that became free.</returns>
    public (IReadOnlyList<string> Removed, long ReclaimedBytes) Prune(Func<string, bool> isUsed, Func<Volume, bool> matches)
    {
        List<string> removed = [];
        long reclaimed = 0;
        foreach (Volume volume in List())
        {
            if (isUsed(volume.Name) || !matches(volume)) continue;
            long size = Size(volume.Name);
            Remove(volume.Name, []);
            reclaimed += size;
            removed.Add(volume.Name);
        }
        return (removed, reclaimed);
    }

    /// <summary>Bytes that the files of a volume take on disk, for <c>system df</c>; links are not followed. Walks the whole tree.</summary>
    public long Size(string name) => VolumeSize.Of(Get(name).Mountpoint);

    private void Load(string name)
    {
        string file = DocumentPath(name);
        if (!VolumeName.IsValid(name) || !File.Exists(file))
        {
            // What a crash left of a removal (its name starts with a dot) or of a creation.
            if (name.StartsWith(RemovedPrefix, StringComparison.Ordinal) || VolumeName.IsValid(name)) RemoveTree(Path.Combine(_root, name));
            return;
        }
        VolumeDocument document;
        try
        {
            document = JsonSerializer.Deserialize(File.ReadAllBytes(file), VolumeJson.Default.VolumeDocument)
                ?? throw new JsonException("the document is null");
        }
        catch (JsonException error)
        {
            throw new FaultException(FaultKind.Internal, $"cannot read volume '{name}': its document '{file}' is damaged; restore or remove it", error);
        }
        _volumes[name] = ToVolume(name, document);
    }

    private void MakeDirectories(string name)
    {
        string directory = Path.Combine(_root, name);
        MakeDirectory(directory, VolumeMode);
        MakeDirectory(Path.Combine(directory, "_data"), DataMode);
    }

    private static void MakeDirectory(string path, uint mode)
    {
        if (Libc.mkdirat(Libc.AT_FDCWD, path, mode) < 0)
        {
            if (LinuxException.LastError == Errno.EEXIST) return;
            throw LinuxException.FromLastError("mkdir", $"cannot make volume directory '{path}'");
        }
        // The umask of the daemon does not count.
        _ = Libc.fchmodat(Libc.AT_FDCWD, path, mode, 0);
    }

    private static void RemoveTree(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    private static bool IsMountPoint(string path) =>
        Files.TryStat(null, path, followLinks: false, out Statx inner) && Files.TryStat(null, $"{path}/..", followLinks: false, out Statx outer)
        && inner.MountId != outer.MountId;

    private static bool SameEntries(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other)
        => one.Count == other.Count && one.All(pair => other.GetValueOrDefault(pair.Key) == pair.Value);

    private Volume ToVolume(string name, VolumeDocument document) => new()
    {
        Name = name,
        CreatedAt = document.CreatedAt,
        Labels = document.Labels,
        Options = document.Options,
        Anonymous = document.Anonymous,
        Mountpoint = Path.Combine(_root, name, "_data"),
    };

    private string DocumentPath(string name) => Path.Combine(_root, name, "volume.json");

    private static FaultException NotFound(string name) => new(FaultKind.NotFound, $"get {name}: no such volume");
}
