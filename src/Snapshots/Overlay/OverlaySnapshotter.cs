using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>Snapshots by overlayfs (the kernel's, or fuse-overlayfs): each has a directory <c>&lt;number&gt;</c>; while it is active with its own files in <c>fs</c> and overlayfs' <c>work</c>,
/// once it is committed in the form of the layers. Layers never move when more come on top.</summary>
internal sealed class OverlaySnapshotter : ISnapshotter
{
    private readonly SnapshotCatalog _catalog;
    private readonly OverlayOptions _options;
    private readonly OverlayKind _kind;
    private readonly ILayerForm _form;

    /// <param name="root">Absolute path of the folder; made when missing.</param>
    internal OverlaySnapshotter(string root, OverlayKind? kind = null)
    {
        _kind = kind ?? OverlayKind.Kernel;
        _form = _kind.Layers;
        _catalog = new SnapshotCatalog(root, _form.Remove);
        _options = new OverlayOptions(_catalog, _kind);
        foreach (ChainId name in _catalog.Chains) _form.Tidy(_catalog.DirectoryPath(_catalog.Get(name).Directory!.Value));
    }

    public string Name => _kind.Driver;

    public WhiteoutForm Whiteouts => _kind.Whiteouts;

    public bool AppliesLayersApart => true;

    public IReadOnlyCollection<ChainId> Chains => _catalog.Chains;

    public IReadOnlyCollection<SnapshotKey> Keys => _catalog.Keys;

    public bool Exists(ChainId name) => _catalog.Exists(name);

    public bool Exists(SnapshotKey key) => _catalog.Exists(key);

    public IReadOnlyList<Mount> Prepare(SnapshotKey key, ChainId? parent)
    {
        SnapshotRecord record = _catalog.Add(key, parent, hasDirectory: true, directory => MakeDirectory(directory, parent));
        return _options.Writable(record);
    }

    public IReadOnlyList<Mount> View(SnapshotKey key, ChainId? parent)
        => _options.ReadOnly(_catalog.Add(key, parent, hasDirectory: false, static _ => { }));

    public IReadOnlyList<Mount> Mounts(SnapshotKey key)
    {
        SnapshotRecord record = _catalog.Get(key);
        return record.Directory is null ? _options.ReadOnly(record) : _options.Writable(record);
    }

    public IReadOnlyList<Mount> ReadOnlyMounts(SnapshotKey key) => _options.ReadOnly(_catalog.Get(key));

    public IReadOnlyDictionary<string, string>? Folders(SnapshotKey key) =>
        _catalog.Get(key) is { Directory: { } own } record ? _options.Folders(record, FilesPath(own)) : null;

    public IReadOnlyDictionary<string, string>? Folders(ChainId name) => _options.Folders(_catalog.Get(name), LayerPath(name));

    public SafeFileHandle Open(SnapshotKey key) => OpenFiles(_catalog.Get(key).Directory
        ?? throw new FaultException(FaultKind.Conflict, $"cannot open snapshot '{key}': a view has no files of its own"));

    public SafeFileHandle OpenLayer(ChainId name) => Files.Open(LayerPath(name), OpenFlags.ReadOnly | OpenFlags.Directory);

    public void Replace(ChainId name, SnapshotKey key)
    {
        SnapshotRecord committed = _catalog.Get(name);
        if (_catalog.Get(key).Directory is { } own)
        {
            if (committed.Parent is { } below) LayerRoot.Inherit(FilesPath(own), LayerPath(below));
            _form.Seal(_catalog.DirectoryPath(own), name);
        }
        _form.Tidy(_catalog.DirectoryPath(_catalog.Replace(name, key)));
    }

    public void Commit(SnapshotKey key, ChainId name) => Commit(key, name, _catalog.Get(key).Parent, isRebased: false);

    public void Commit(SnapshotKey key, ChainId name, ChainId? parent)
    {
        if (_catalog.Get(key).Parent is { } own && own != parent)
            throw new FaultException(FaultKind.Conflict, $"cannot commit snapshot '{key}' on '{parent}': it was prepared on '{own}'");
        Commit(key, name, parent, isRebased: true);
    }

    public void Remove(SnapshotKey key) => _catalog.Remove(key);

    public void Forget(ChainId name) => _catalog.Forget(name);

    public void Reclaim() => _catalog.Reclaim();

    public SnapshotUsage Usage(SnapshotKey key)
    {
        if (_catalog.Get(key).Directory is not { } directory) return default;
        using SafeFileHandle files = OpenFiles(directory);
        return TreeUsage.Of(files);
    }

    public SnapshotUsage Usage(ChainId name)
    {
        using SafeFileHandle files = OpenLayer(name);
        return TreeUsage.Of(files);
    }

    public long DiskUsage(SnapshotKey key) => _catalog.DiskUsage(_catalog.Get(key));

    public long DiskUsage(ChainId name) => _catalog.DiskUsage(_catalog.Get(name));

    public IReadOnlyList<SnapshotChange> Changes(SnapshotKey key)
    {
        SnapshotRecord record = _catalog.Get(key);
        if (record.Directory is not { } directory) return [];
        using SafeFileHandle upper = OpenFiles(directory);
        using MountedSnapshot parent = MountedSnapshot.Open(_options.ReadOnly(record with { Directory = null }), "parent");
        return new OverlayChanges(upper, parent.Root.Handle, Whiteouts).Read();
    }

    private void Commit(SnapshotKey key, ChainId name, ChainId? parent, bool isRebased)
    {
        SnapshotRecord record = _catalog.Get(key);
        if (record.Directory is { } own && !_catalog.Exists(name))
        {
            if (isRebased && record.Parent is null && parent is { } below) LayerRoot.Inherit(FilesPath(own), LayerPath(below));
            _form.Seal(_catalog.DirectoryPath(own), name);
        }
        if (_catalog.Commit(key, name, parent)) _form.Tidy(_catalog.DirectoryPath(record.Directory!.Value));
    }

    private void MakeDirectory(int directory, ChainId? parent)
    {
        string path = _catalog.DirectoryPath(directory);
        Make(path);
        Make($"{path}/work");
        Make(FilesPath(directory));
        if (parent is { } below) LayerRoot.CopyOwnerAndMode(FilesPath(directory), LayerPath(below));
        else LayerRoot.Mark(FilesPath(directory));
    }

    private static void Make(string path)
    {
        if (Libc.mkdirat(Libc.AT_FDCWD, path, 0x1ED /* 0755 */) < 0) throw LinuxException.FromLastError("mkdirat", $"cannot make directory '{path}'");
    }

    private string LayerPath(ChainId name) => _form.FilesPath(_catalog.DirectoryPath(_catalog.Get(name).Directory!.Value));

    private string FilesPath(int directory) => $"{_catalog.DirectoryPath(directory)}/fs";

    private SafeFileHandle OpenFiles(int directory) => Files.Open(FilesPath(directory), OpenFlags.ReadOnly | OpenFlags.Directory);
}
