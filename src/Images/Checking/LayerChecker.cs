using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Linux;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Compares the files of unpacked layers with their blobs: unpacks each anew, beside the layer, one after the other. That takes the room of the largest layer for a while.</summary>
internal sealed class LayerChecker(ImageStore store, ApplyOptions applying)
{
    private const int MostNamed = 5;
    private long _next;

    /// <param name="damaged">Blobs that are not what they should be: nothing can be said of their layers.</param>
    /// <returns>How many were compared.</returns>
    internal int Check(bool repair, IReadOnlySet<Digest> damaged, Action<BlobProblem> found, Func<IEnumerable<ImageUse>> uses, CancellationToken ct)
    {
        var seen = new HashSet<ChainId>();
        foreach (var image in store.Catalog.Images.OrderBy(image => image.Id.Hex, StringComparer.Ordinal))
        {
            using var lease = new ImageLease(store);
            IReadOnlyList<LayerSource> sources = LayerSource.Of(image);
            lease.Hold(sources);
            // From the base on: where a layer is unpacked on its parent's files, these are right by then.
            foreach (var source in sources)
            {
                if (damaged.Contains(source.Blob.Digest) || !store.Snapshotter.Exists(source.Chain) || !seen.Add(source.Chain)) continue;
                if (Check(source, image, repair, uses, ct) is { } problem) found(problem);
            }
        }
        return seen.Count;
    }

    private BlobProblem? Check(LayerSource source, Image image, bool repair, Func<IEnumerable<ImageUse>> uses, CancellationToken ct)
    {
        var key = Unpacker.KeyFor("check-" + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));
        string owner = $"unpacked layer of {NameOf(image)}";
        try
        {
            IReadOnlyList<TreeFault> faults = Compare(key, source, ct);
            if (faults.Count == 0) return null;
            var problem = new BlobProblem(source.DiffId, Describe(faults), owner, null, null);
            if (!repair) return problem;
            if (uses().FirstOrDefault(use => use.Running && StandsOn(use.Image, source.Chain)) is { } use)
                return problem with { WhyNot = $"the running container {use.ContainerId[..Math.Min(12, use.ContainerId.Length)]} stands on it; stop it first" };
            store.Snapshotter.Replace(source.Chain, key);
            store.Snapshotter.Reclaim();
            return problem with { Repaired = "unpacked again" };
        }
        catch (FaultException e) when (!ct.IsCancellationRequested)
        {
            return new BlobProblem(source.DiffId, $"cannot be compared with its blob: {e.Message}", owner, null, null);
        }
        finally
        {
            store.Snapshotter.Remove(key);
        }
    }

    private List<TreeFault> Compare(SnapshotKey key, LayerSource source, CancellationToken ct)
    {
        store.Snapshotter.Prepare(key, store.Snapshotter.AppliesLayersApart ? null : source.Parent);
        using SafeFileHandle fresh = store.Snapshotter.Open(key);
        using (FileStream blob = store.Content.OpenRead(source.Blob.Digest))
        {
            LayerResult result = LayerReader.Apply(blob, fresh, applying, ct);
            if (result.DiffId != source.DiffId) throw new FaultException(FaultKind.Internal, $"its blob {source.Blob.Digest} has the diffID {result.DiffId}");
        }
        using SafeFileHandle layer = store.Snapshotter.OpenLayer(source.Chain);
        return TreeComparison.Compare(fresh, layer, MostNamed + 1, ct);
    }

    private bool StandsOn(Digest image, ChainId chain) => store.Catalog.Image(image) is not { } known || known.Layers.Any(layer => layer.Chain == chain);

    private static string NameOf(Image image) => image.Tags.Count > 0 ? image.Tags[0].FamiliarString : image.RepoDigests.Count > 0 ? image.RepoDigests[0].FamiliarString : image.Id.Hex[..12];

    // differs from its blob: 'bin/sh' has other content, 'etc/passwd' is missing, and more
    private static string Describe(IReadOnlyList<TreeFault> faults) =>
        $"differs from its blob: {string.Join(", ", faults.Take(MostNamed).Select(fault => $"'{fault.Path}' {fault.What}"))}{(faults.Count > MostNamed ? ", and more" : "")}";
}
