using Microsoft.Win32.SafeHandles;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The unpacking of one layer into a snapshot of its own: applied as its bytes come, committed when they are verified and the layers below are committed.</summary>
internal sealed class LayerUnpack(ISnapshotter snapshotter, ApplyOptions applying, SemaphoreSlim slots, Func<ChainId, long> sizeOf, SnapshotKey key, LayerSource source, Task below)
{
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource<BlobFetch> _supplied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<long> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Compressed bytes taken so far.</summary>
    internal event Action<long>? Progress;

    internal ChainId Chain => source.Chain;

    internal Task<long> Completion => _completion.Task;

    internal int Joined { get; set; }

    internal void Cancel() => _cancel.Cancel();

    /// <summary>Gives it the layer's bytes: the first share offered is used, and owned; others are given back at once.</summary>
    internal void Supply(BlobFetch fetch)
    {
        if (!_supplied.TrySetResult(fetch)) fetch.Dispose();
    }

    internal void Start(Action<LayerUnpack> ended) => _ = Task.Run(async () =>
    {
        try
        {
            long size = await RunAsync(_cancel.Token).ConfigureAwait(false);
            End();
            _completion.SetResult(size);
        }
        catch (Exception e)
        {
            End();
            if (e is OperationCanceledException && _cancel.IsCancellationRequested) _completion.SetCanceled(_cancel.Token);
            else _completion.SetException(e);
            _ = _completion.Task.Exception;   // observed: those who joined may all have left
        }

        void End()
        {
            ended(this);
            if (!_supplied.TrySetCanceled()) _supplied.Task.Result.Dispose();
        }
    });

    private async Task<long> RunAsync(CancellationToken ct)
    {
        if (snapshotter.Exists(source.Chain)) return sizeOf(source.Chain);
        BlobFetch fetch = await _supplied.Task.WaitAsync(ct).ConfigureAwait(false);
        if (!snapshotter.AppliesLayersApart) await below.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            LayerResult result = await ApplyVerifiedAsync(fetch, ct).ConfigureAwait(false);
            if (result.DiffId != source.DiffId)
            {
                throw new FaultException(FaultKind.Unavailable,
                    $"layer {source.Blob.Digest} is corrupt: its content has the diffID {result.DiffId}, the image's config says {source.DiffId}");
            }
            await below.WaitAsync(ct).ConfigureAwait(false);
            if (snapshotter.AppliesLayersApart) snapshotter.Commit(key, source.Chain, source.Parent);
            else snapshotter.Commit(key, source.Chain);
            return result.FileBytes;
        }
        catch
        {
            snapshotter.Remove(key);
            throw;
        }
    }

    /// <summary>Applies the layer; again when the bytes it had begun with proved wrong and came from elsewhere.</summary>
    private async Task<LayerResult> ApplyVerifiedAsync(BlobFetch fetch, CancellationToken ct)
    {
        while (true)
        {
            int begunAnew = fetch.BegunAnew;
            try
            {
                LayerResult result = await ApplyAsync(fetch, ct).ConfigureAwait(false);
                await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
                if (fetch.BegunAnew == begunAnew) return result;
            }
            catch (FaultException) when (fetch.BegunAnew != begunAnew && !ct.IsCancellationRequested)
            {
                await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
            }
            snapshotter.Remove(key);
        }
    }

    private async Task<LayerResult> ApplyAsync(BlobFetch fetch, CancellationToken ct)
    {
        await slots.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            snapshotter.Prepare(key, snapshotter.AppliesLayersApart ? null : source.Parent);
            ApplyOptions options = applying with { Progress = bytes => Progress?.Invoke(bytes) };
            return await Task.Factory.StartNew(() =>
            {
                using Stream stream = fetch.OpenRead(ct);
                using SafeFileHandle directory = snapshotter.Open(key);
                return LayerReader.Apply(stream, directory, options, ct);
            }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (FaultException e) when (e.Kind is FaultKind.InvalidArgument)
        {
            // Damaged on the way, or made wrong? A digest that does not match says it better.
            await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
            throw new FaultException(FaultKind.Unavailable, $"layer {source.Blob.Digest} is corrupt: {e.Message}", e);
        }
        finally
        {
            slots.Release();
        }
    }
}
