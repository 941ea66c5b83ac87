using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots;

/// <summary>Which snapshots exist, in memory and as one document each: chains/&lt;hex&gt;.json for committed ones, keys/&lt;key&gt;.json for active ones
/// and views. A directory exists before the document that names it and goes after it: one that no document names is left over from a crash.</summary>
internal sealed class SnapshotCatalog
{
    private const string Suffix = ".json";
    private readonly Lock _gate = new();   // guards everything below and the documents
    private readonly Dictionary<SnapshotKey, SnapshotRecord?> _keys = [];   // null: being made
    private readonly Dictionary<ChainId, SnapshotRecord> _chains = [];
    private readonly Dictionary<ChainId, int> _children = [];
    private readonly Action<SafeFileHandle, string> _removeDirectory;
    private readonly ForgottenDirectories _forgotten;
    private int _lastDirectory;

    /// <summary>Opens the catalog below <paramref name="root"/>, made when missing, and removes what a crash left.</summary>
    /// <param name="removeDirectory">Removes a snapshot's directory, named in that of the root.</param>
    internal SnapshotCatalog(string root, Action<SafeFileHandle, string> removeDirectory)
    {
        (Root, _removeDirectory, _forgotten) = (root, removeDirectory, new ForgottenDirectories(RemoveDirectory));
        foreach (string folder in (ReadOnlySpan<string>)[root, $"{root}/chains", $"{root}/keys"]) Directory.CreateDirectory(folder);
        File.SetUnixFileMode(root, (UnixFileMode)0x1C0 /* 0700 */);
        RootHandle = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string folder in (string[])["keys", "chains"]) Files.RemoveUnfinished($"{root}/{folder}");
        Load();
        RemoveOrphans();
    }

    internal string Root { get; }

    internal SafeFileHandle RootHandle { get; }

    internal bool Exists(ChainId name)
    {
        lock (_gate) return _chains.ContainsKey(name);
    }

    internal bool Exists(SnapshotKey key)
    {
        lock (_gate) return _keys.GetValueOrDefault(key) is not null;
    }

    internal IReadOnlyCollection<ChainId> Chains
    {
        get { lock (_gate) return [.. _chains.Keys]; }
    }

    internal IReadOnlyCollection<SnapshotKey> Keys
    {
        get { lock (_gate) return [.. _keys.Where(static pair => pair.Value is not null).Select(static pair => pair.Key)]; }
    }

    internal SnapshotRecord Get(SnapshotKey key)
    {
        lock (_gate) return _keys.GetValueOrDefault(key) ?? throw new FaultException(FaultKind.NotFound, $"no such snapshot '{key}'");
    }

    internal SnapshotRecord Get(ChainId name)
    {
        lock (_gate) return _chains.GetValueOrDefault(name) ?? throw new FaultException(FaultKind.NotFound, $"no such snapshot '{name}'");
    }

    /// <summary>Directories of a stack, top to bottom.</summary>
    internal List<int> Stack(ChainId? top)
    {
        List<int> directories = [];
        lock (_gate)
        {
            for (ChainId? at = top; at is { } chain; at = Get(chain).Parent) directories.Add(Get(chain).Directory!.Value);
        }
        return directories;
    }

    /// <summary>What the directory of a snapshot takes on disk, all in all.</summary>
    internal long DiskUsage(SnapshotRecord record)
    {
        if (record.Directory is not { } number) return 0;
        using SafeFileHandle directory = Files.Open(DirectoryPath(number), OpenFlags.ReadOnly | OpenFlags.Directory);
        return TreeSize.OnDisk(directory);
    }

    /// <summary>Takes the key, and holds the parent, while the caller makes <paramref name="make"/>'s directory; then writes the document.</summary>
    internal SnapshotRecord Add(SnapshotKey key, ChainId? parent, bool hasDirectory, Action<int> make)
    {
        int? directory;
        lock (_gate)
        {
            if (parent is { } below && !_chains.ContainsKey(below)) throw new FaultException(FaultKind.NotFound, $"cannot prepare snapshot '{key}': no such parent '{parent}'");
            if (!_keys.TryAdd(key, null)) throw new FaultException(FaultKind.AlreadyExists, $"cannot prepare snapshot '{key}': the key is taken");
            directory = hasDirectory ? ++_lastDirectory : null;
            CountChild(parent, 1);
        }
        SnapshotRecord record = new(directory, parent);
        try
        {
            if (directory is { } number) make(number);
            Write(DocumentPath(key), record);
        }
        catch
        {
            lock (_gate)
            {
                _keys.Remove(key);
                CountChild(parent, -1);
            }
            if (directory is { } number) RemoveDirectory(number);
            throw;
        }
        lock (_gate) _keys[key] = record;
        return record;
    }

    /// <returns>False when the name was committed already: the key is gone then and its directory with it.</returns>
    internal bool Commit(SnapshotKey key, ChainId name, ChainId? parent)
    {
        int directory;
        bool isNew;
        lock (_gate)
        {
            SnapshotRecord record = Get(key);
            directory = record.Directory ?? throw new FaultException(FaultKind.Conflict, $"cannot commit snapshot '{key}': it is a read-only view");
            if (parent is { } below) Get(below);
            isNew = !_chains.ContainsKey(name);
            if (isNew)
            {
                SnapshotRecord committed = new(directory, parent);
                // From here on the chain exists; a key left behind by a crash is told by its directory, which the chain has.
                Write(DocumentPath(name), committed);
                _chains.Add(name, committed);
                CountChild(parent, 1);
            }
            Forget(key, record);
        }
        if (!isNew) RemoveDirectory(directory);
        return isNew;
    }

    /// <summary>Gives a committed snapshot the directory of a key, which is gone then; its old one waits for <see cref="Reclaim"/>.</summary>
    /// <returns>The number of the new one.</returns>
    internal int Replace(ChainId name, SnapshotKey key)
    {
        lock (_gate)
        {
            SnapshotRecord record = Get(key), committed = Get(name);
            int directory = record.Directory ?? throw new FaultException(FaultKind.Conflict, $"cannot replace snapshot '{name}': '{key}' is a read-only view");
            // As at a commit: a crash from here on finds the directory at the chain, and the old one at nothing.
            Write(DocumentPath(name), committed with { Directory = directory });
            _chains[name] = committed with { Directory = directory };
            Forget(key, record);
            _forgotten.Add(committed.Directory!.Value);
            return directory;
        }
    }

    internal void Remove(SnapshotKey key)
    {
        SnapshotRecord? record;
        lock (_gate)
        {
            record = _keys.GetValueOrDefault(key);
            if (record is null) return;
            Forget(key, record);
        }
        if (record.Directory is { } directory) RemoveDirectory(directory);
    }

    /// <summary>Removes the document; the directory waits for <see cref="Reclaim"/>.</summary>
    internal void Forget(ChainId name)
    {
        lock (_gate)
        {
            if (!_chains.TryGetValue(name, out SnapshotRecord? record)) return;
            if (_children.GetValueOrDefault(name) is var count and > 0)
                throw new FaultException(FaultKind.Conflict, $"cannot remove snapshot '{name}': {count} other snapshots lie on it; remove them first");
            Delete(DocumentPath(name));
            _chains.Remove(name);
            CountChild(record.Parent, -1);
            _forgotten.Add(record.Directory!.Value);
        }
    }

    internal void Reclaim() => _forgotten.Empty();

    internal string DirectoryPath(int directory) => $"{Root}/{directory.ToString(CultureInfo.InvariantCulture)}";

    private void Forget(SnapshotKey key, SnapshotRecord record)
    {
        Delete(DocumentPath(key));
        _keys.Remove(key);
        CountChild(record.Parent, -1);
    }

    private void CountChild(ChainId? parent, int difference)
    {
        if (parent is { } below) _children[below] = _children.GetValueOrDefault(below) + difference;
    }

    private void RemoveDirectory(int directory) => _removeDirectory(RootHandle, directory.ToString(CultureInfo.InvariantCulture));

    private string DocumentPath(SnapshotKey key) => $"{Root}/keys/{key}{Suffix}";

    private string DocumentPath(ChainId name) => $"{Root}/chains/{name.Hex}{Suffix}";

    private static void Write(string path, SnapshotRecord record)
        => Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(
            new SnapshotDocument { Directory = record.Directory, Parent = record.Parent?.ToString() }, SnapshotJson.Default.SnapshotDocument));

    private static void Delete(string path)
    {
        if (Libc.unlinkat(Libc.AT_FDCWD, path, 0) < 0 && LinuxException.LastError != Errno.ENOENT)
            throw LinuxException.FromLastError("unlinkat", $"cannot remove '{path}'");
    }

    private void Load()
    {
        HashSet<int> committed = [];
        foreach ((string hex, SnapshotRecord record) in ReadFolder($"{Root}/chains"))
        {
            if (record.Directory is not { } directory || !ChainId.TryParse($"sha256:{hex}", out ChainId name)) continue;
            _chains.Add(name, record);
            committed.Add(directory);
        }
        foreach ((string text, SnapshotRecord record) in ReadFolder($"{Root}/keys"))
        {
            SnapshotKey key = new(text);
            if (record.Directory is { } directory && committed.Contains(directory)) Delete(DocumentPath(key));   // committed, then a crash
            else _keys.Add(key, record);
        }
        DropIncomplete();
        foreach (SnapshotRecord record in _chains.Values.Concat(_keys.Values.OfType<SnapshotRecord>())) CountChild(record.Parent, 1);
    }

    /// <summary>What has lost its directory or its parent (a power cut, a restored backup) cannot be used: its document goes.</summary>
    private void DropIncomplete()
    {
        bool IsWhole(SnapshotRecord record) => (record.Directory is not { } directory || Directory.Exists(DirectoryPath(directory)))
            && (record.Parent is not { } parent || _chains.ContainsKey(parent));
        while (_chains.Where(pair => !IsWhole(pair.Value)).Select(static pair => pair.Key).ToList() is { Count: > 0 } broken)
        {
            foreach (ChainId name in broken)
            {
                _chains.Remove(name);
                Delete(DocumentPath(name));
            }
        }
        foreach (SnapshotKey key in _keys.Where(pair => !IsWhole(pair.Value!)).Select(static pair => pair.Key).ToList())
        {
            _keys.Remove(key);
            Delete(DocumentPath(key));
        }
    }

    private static IEnumerable<(string Name, SnapshotRecord Record)> ReadFolder(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            if (path.EndsWith(Suffix, StringComparison.Ordinal) && TryRead(path) is { } record) yield return (Path.GetFileNameWithoutExtension(path), record);
            else Delete(path);   // a temporary name, or a document that a power cut left empty
        }
    }

    private static SnapshotRecord? TryRead(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(Files.ReadAll(path), SnapshotJson.Default.SnapshotDocument) is { } document
                ? new SnapshotRecord(document.Directory, document.Parent is null ? null : ChainId.Parse(document.Parent)) : null;
        }
        catch (Exception damaged) when (damaged is JsonException or FormatException)
        {
            return null;
        }
    }

    private void RemoveOrphans()
    {
        HashSet<int> used = [.. _chains.Values.Concat(_keys.Values.OfType<SnapshotRecord>()).Select(static record => record.Directory ?? 0)];
        foreach (string path in Directory.EnumerateDirectories(Root))
        {
            if (!int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out int directory)) continue;
            if (used.Contains(directory)) _lastDirectory = Math.Max(_lastDirectory, directory);
            else RemoveDirectory(directory);
        }
    }
}
