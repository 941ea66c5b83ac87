using System.Text;
using Sampan.Specs;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>The mounts of overlay snapshots. Always of type overlay, also for a single layer: two empty directories fill up what overlayfs asks for,
/// so that whiteouts in a base layer are never seen as the devices they are stored as.</summary>
internal sealed class OverlayOptions
{
    private readonly SnapshotCatalog _catalog;
    private readonly OverlayKind _kind;

    internal OverlayOptions(SnapshotCatalog catalog, OverlayKind kind)
    {
        (_catalog, _kind) = (catalog, kind);
        Directory.CreateDirectory(Empty(0));
        Directory.CreateDirectory(Empty(1));
    }

    internal IReadOnlyList<Mount> Writable(SnapshotRecord record)
    {
        List<string> layers = Layers(record.Parent);
        if (layers.Count == 0) layers.Add(Empty(0));
        string own = _catalog.DirectoryPath(record.Directory!.Value);
        return Overlay([$"lowerdir={Join(layers)}", $"upperdir={own}/fs", $"workdir={own}/work"]);
    }

    internal IReadOnlyList<Mount> ReadOnly(SnapshotRecord record)
    {
        List<string> layers = Layers(record.Parent);
        if (record.Directory is { } own) layers.Insert(0, $"{_catalog.DirectoryPath(own)}/fs");
        for (int i = 0; layers.Count < 2; i++) layers.Add(Empty(i));
        return Overlay(["ro", $"lowerdir={Join(layers)}"]);
    }

    /// <summary>As Docker names them. A layer's <c>WorkDir</c> and everybody's <c>MergedDir</c> are there while something is mounted only.</summary>
    /// <param name="files">The snapshot's own: active or committed.</param>
    internal IReadOnlyDictionary<string, string> Folders(SnapshotRecord record, string files)
    {
        string own = _catalog.DirectoryPath(record.Directory!.Value);
        SortedDictionary<string, string> folders = new(StringComparer.Ordinal) { ["MergedDir"] = $"{own}/merged", ["UpperDir"] = files, ["WorkDir"] = $"{own}/work" };
        if (Layers(record.Parent) is { Count: > 0 } layers) folders["LowerDir"] = Join(layers);
        return folders;
    }

    private List<string> Layers(ChainId? top) => _catalog.Stack(top).ConvertAll(directory => _kind.Layers.FilesPath(_catalog.DirectoryPath(directory)));

    private IReadOnlyList<Mount> Overlay(string[] specific) => [new Mount(_kind.MountType, "overlay", [.. specific, .. _kind.Options])];

    private string Empty(int number) => $"{_catalog.Root}/empty/{number}";

    private static string Join(List<string> layers)
    {
        StringBuilder joined = new();
        foreach (string layer in layers)
        {
            if (joined.Length > 0) joined.Append(':');
            joined.Append(layer.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(":", "\\:", StringComparison.Ordinal));
        }
        return joined.ToString();
    }
}
