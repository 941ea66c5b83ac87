using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots;

/// <summary>Snapshots that are whole trees: each is made from its parent's by <see cref="ITrees"/> and shows all files on its own, without overlayfs.</summary>
internal sealed class TreeSnapshotter : ISnapshotter
{
    private readonly SnapshotCatalog _catalog;
    private readonly ITrees _trees;
    private readonly string _empty;

    /// <param name="root">Absolute path of the folder; made when missing.</param>
    internal TreeSnapshotter(string root, ITrees trees)
    {
        _trees = trees;
        _catalog = new SnapshotCatalog(root, trees.Remove);
        _empty = $"{root}/empty";
        Directory.CreateDirectory(_empty);
    }

    public string Name => _trees.Name;

    public WhiteoutForm Whiteouts => WhiteoutForm.Delete;

    public bool AppliesLayersApart => false;

    public IReadOnlyCollection<ChainId> Chains => _catalog.Chains;

    public IReadOnlyCollection<SnapshotKey> Keys => _catalog.Keys;

    public bool Exists(ChainId name) => _catalog.Exists(name);

    public bool Exists(SnapshotKey key) => _catalog.Exists(key);

    public IReadOnlyList<Mount> Prepare(SnapshotKey key, ChainId? parent)
    {
        SnapshotRecord record = _catalog.Add(key, parent, hasDirectory: true,
            directory => _trees.Make(_catalog.DirectoryPath(directory), parent is null ? null : ParentPath(parent)));
        return Bind(record, "rw");
    }

    public IReadOnlyList<Mount> View(SnapshotKey key, ChainId? parent)
        => Bind(_catalog.Add(key, parent, hasDirectory: false, static _ => { }), "ro");

    public IReadOnlyList<Mount> Mounts(SnapshotKey key)
    {
        SnapshotRecord record = _catalog.Get(key);
        return Bind(record, record.Directory is null ? "ro" : "rw");
    }

    public IReadOnlyList<Mount> ReadOnlyMounts(SnapshotKey key) => Bind(_catalog.Get(key), "ro");

    public IReadOnlyDictionary<string, string>? Folders(SnapshotKey key) => null;

    public IReadOnlyDictionary<string, string>? Folders(ChainId name) => null;

    public SafeFileHandle Open(SnapshotKey key) => OpenDirectory(_catalog.Get(key).Directory
        ?? throw new FaultException(FaultKind.Conflict, $"cannot open snapshot '{key}': a view has no files of its own"));

    public SafeFileHandle OpenLayer(ChainId name) => OpenDirectory(_catalog.Get(name).Directory!.Value);

    public void Replace(ChainId name, SnapshotKey key) => _catalog.Replace(name, key);

    public void Commit(SnapshotKey key, ChainId name) => _catalog.Commit(key, name, _catalog.Get(key).Parent);

    public void Commit(SnapshotKey key, ChainId name, ChainId? parent)
    {
        if (_catalog.Get(key).Parent != parent)
            throw new FaultException(FaultKind.NotSupported, $"cannot commit snapshot '{key}' on '{parent}': the storage driver '{Name}' takes the parent's files when the snapshot is prepared");
        Commit(key, name);
    }

    public void Remove(SnapshotKey key) => _catalog.Remove(key);

    public void Forget(ChainId name) => _catalog.Forget(name);

    public void Reclaim() => _catalog.Reclaim();

    public SnapshotUsage Usage(SnapshotKey key) => Usage(_catalog.Get(key));

    public SnapshotUsage Usage(ChainId name) => Usage(_catalog.Get(name));

    public long DiskUsage(SnapshotKey key) => _catalog.DiskUsage(_catalog.Get(key));

    public long DiskUsage(ChainId name) => _catalog.DiskUsage(_catalog.Get(name));

    public IReadOnlyList<SnapshotChange> Changes(SnapshotKey key)
    {
        SnapshotRecord record = _catalog.Get(key);
        if (record.Directory is not { } directory) return [];
        using SafeFileHandle own = OpenDirectory(directory), parent = OpenParent(record.Parent);
        ChangeList list = new();
        foreach ((byte[] path, DifferenceKind kind) in TreeDifference.Between(parent, own))
            list.Add(path, kind switch { DifferenceKind.Added => ChangeKind.Added, DifferenceKind.Deleted => ChangeKind.Deleted, _ => ChangeKind.Modified });
        return list.Changes;
    }

    private IReadOnlyList<Mount> Bind(SnapshotRecord record, string access)
        => [new Mount("bind", record.Directory is { } directory ? _catalog.DirectoryPath(directory) : ParentPath(record.Parent), ["bind", access])];

    private SnapshotUsage Usage(SnapshotRecord record)
    {
        if (record.Directory is not { } directory) return default;
        using SafeFileHandle files = OpenDirectory(directory), parent = OpenParent(record.Parent);
        return _trees.Usage(files, parent);
    }

    private string ParentPath(ChainId? parent) => parent is { } below ? _catalog.DirectoryPath(_catalog.Get(below).Directory!.Value) : _empty;

    private SafeFileHandle OpenParent(ChainId? parent) => Files.Open(ParentPath(parent), OpenFlags.ReadOnly | OpenFlags.Directory);

    private SafeFileHandle OpenDirectory(int directory) => Files.Open(_catalog.DirectoryPath(directory), OpenFlags.ReadOnly | OpenFlags.Directory);
}
