using Microsoft.Win32.SafeHandles;
using Sampan.Layers;
using Sampan.Linux.Native;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What a container changed on its image, as a layer: read from an overlay's upper directory, or by comparing two trees.</summary>
/// <param name="view">A name for the look at the image that comparing needs; gone afterwards.</param>
internal sealed class ContainerChanges(ISnapshotter snapshotter, SnapshotKey container, ChainId? parent, string view) : IDisposable
{
    private readonly SnapshotKey _view = Unpacker.KeyFor(view);

    /// <exception cref="Sampan.Faults.FaultException">Reading the tree.</exception>
    internal LayerWritten Write(Stream tar, IReadOnlySet<string> without, CancellationToken ct)
    {
        using SafeFileHandle own = snapshotter.Open(container);
        if (snapshotter.Whiteouts is not WhiteoutForm.Delete) return LayerWriter.WriteChanges(own, snapshotter.Whiteouts, tar, ct, without);
        using var image = MountedSnapshot.Open(snapshotter.View(_view, parent), "the image below");
        using SafeFileHandle lower = image.Root.Open(".", OpenFlags.ReadOnly | OpenFlags.Directory);
        return LayerWriter.WriteDifference(lower, own, tar, ct, without);
    }

    public void Dispose() => snapshotter.Remove(_view);
}
