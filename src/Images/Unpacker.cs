using System.Globalization;
using Sampan.Content;
using Sampan.Layers;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Turns layers into committed snapshots. Two callers that want the same layer on the same parents share the work; it ends early when the last of them leaves.</summary>
internal sealed class Unpacker(ISnapshotter snapshotter, ApplyOptions applying, Func<ChainId, long> sizeOf)
{
    private const string KeyPrefix = "unpack-";
    private readonly Lock _gate = new();   // guards _running and _next, and Joined of the works
    private readonly Dictionary<ChainId, LayerUnpack> _running = [];
    private readonly SemaphoreSlim _slots = new(Math.Max(2, Environment.ProcessorCount));   // layers applied at once; each inflates, hashes and writes
    private long _next;

    /// <summary>Whether <paramref name="key"/> is of an unpacking, so after a start what a crash left.</summary>
    internal static bool Owns(SnapshotKey key) => key.ToString().StartsWith(KeyPrefix, StringComparison.Ordinal);

    internal static SnapshotKey KeyFor(string what) => new(KeyPrefix + what);

    /// <param name="below">The unpacking of the layer below; null for the base.</param>
    internal LayerUnpackShare Join(LayerSource source, LayerUnpackShare? below, Action<long>? progress)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(source.Chain, out var work))
            {
                var key = KeyFor($"{source.Chain.Hex[..12]}-{(++_next).ToString(CultureInfo.InvariantCulture)}");
                work = new LayerUnpack(snapshotter, applying, _slots, sizeOf, key, source, below?.Completion ?? Task.CompletedTask);
                _running.Add(source.Chain, work);
                work.Start(Forget);
            }
            work.Joined++;
            if (progress is not null) work.Progress += progress;
            return new LayerUnpackShare(this, work, progress);
        }
    }

    /// <returns>Whether nobody is left, and the work was cancelled.</returns>
    internal bool Leave(LayerUnpack work, Action<long>? progress)
    {
        lock (_gate)
        {
            if (progress is not null) work.Progress -= progress;
            if (--work.Joined > 0) return false;
            Remove(work);
        }
        work.Cancel();
        return true;
    }

    private void Forget(LayerUnpack work)
    {
        lock (_gate) Remove(work);
    }

    private void Remove(LayerUnpack work)
    {
        if (_running.GetValueOrDefault(work.Chain) == work) _running.Remove(work.Chain);
    }
}

/// <summary>A share in the unpacking of one layer.</summary>
internal sealed class LayerUnpackShare(Unpacker unpacker, LayerUnpack work, Action<long>? progress)
{
    /// <summary>Bytes of the layer's files, once it is committed.</summary>
    internal Task<long> Completion => work.Completion;

    internal void Supply(BlobFetch fetch) => work.Supply(fetch);

    /// <summary>Gives the share back, once. When it was the last, the work is cancelled, and this returns when it has cleaned up.</summary>
    internal async Task LeaveAsync()
    {
        if (unpacker.Leave(work, progress)) await ((Task)work.Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
