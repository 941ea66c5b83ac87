using Sampan.Content;
using Sampan.Distribution;

namespace Sampan.Images;

/// <summary>All layers of a pull at once: a few fetched at a time, each unpacked while it comes. The first failure ends the others.</summary>
internal sealed class LayersPull(ImageStore store, Unpacker unpacker, Repository repository, TransferSlots slots, Lease lease, IProgress<PullProgress> progress)
{
    /// <param name="sources">Base layer first; held by the caller's lease.</param>
    internal async Task<IReadOnlyList<ImageLayer>> RunAsync(IReadOnlyList<LayerSource> sources, CancellationToken ct)
    {
        LayerPull[] layers = [.. sources.Select(source => new LayerPull(store, repository, slots, lease, progress, source))];
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = new List<Task>();
        try
        {
            foreach (var layer in layers) layer.Announce();
            LayerPull? below = null;
            foreach (var layer in layers.Where(layer => !layer.IsHere))
            {
                layer.Join(unpacker, below?.Unpack);
                work.Add(layer.FetchAsync(ended.Token));
                below = layer;
            }
            Task<long>[] sizes = [.. layers.Select(layer => layer.UnpackedAsync(ended.Token))];
            work.AddRange(sizes);
            await foreach (var first in Task.WhenEach(work).ConfigureAwait(false)) await first.ConfigureAwait(false);
            return [.. sources.Select((source, i) => source.Unpacked(sizes[i].Result))];
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var layer in layers) await layer.LeaveAsync().ConfigureAwait(false);
        }
    }
}
