using System.Text;

namespace Sampan.Snapshots;

/// <summary>Collects `docker diff`: a change makes every directory above it a changed one.</summary>
internal sealed class ChangeList
{
    private readonly List<SnapshotChange> _changes = [];
    private readonly HashSet<string> _listed = [];

    internal IReadOnlyList<SnapshotChange> Changes => _changes;

    /// <param name="path">Relative to the root, no slash in front.</param>
    internal void Add(ReadOnlySpan<byte> path, ChangeKind kind)
    {
        string text = "/" + Encoding.UTF8.GetString(path);
        for (int slash = text.IndexOf('/', 1); slash > 0; slash = text.IndexOf('/', slash + 1))
            if (_listed.Add(text[..slash])) _changes.Add(new SnapshotChange(text[..slash], ChangeKind.Modified));
        if (_listed.Add(text)) _changes.Add(new SnapshotChange(text, kind));
    }
}
