using System.Buffers;
using System.Security.Cryptography;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>One blob on its way in: hashed while it is written, renamed into place when size and digest are right.</summary>
internal sealed class BlobTransfer(ContentStore store, Descriptor descriptor, OpenBlob open, Task predecessor)
{
    private readonly Queue<OpenBlob> _sources = new([open]);   // not tried yet; guarded by itself
    private readonly HashSet<OpenBlob> _known = [open];
    private const int ChunkBytes = 64 * 1024;   // no large object: those stay until a full collection
    private readonly CancellationTokenSource _cancel = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _written;
    private int _begunAnew;
    private bool _wrong;

    internal Descriptor Descriptor => descriptor;

    internal Task Completion => _completion.Task;

    /// <summary>Bytes on disk so far.</summary>
    internal long Written => Volatile.Read(ref _written);

    /// <summary>Bytes that may be read already: what a crash left is trusted only once the whole is verified.</summary>
    internal long Readable => Resumed && !Completion.IsCompletedSuccessfully ? 0 : Written;

    internal bool Resumed { get; private set; }

    /// <summary>How often it was begun anew because what came was wrong: who has read on the way has read wrong bytes.</summary>
    internal int BegunAnew => Volatile.Read(ref _begunAnew);

    internal int Joined { get; set; }

    internal bool Abandoned { get; set; }

    internal void Cancel() => _cancel.Cancel();

    /// <summary>Another place to have it from, in case the ones before fail: who joins may know another registry, or have other credentials.</summary>
    internal void AddSource(OpenBlob source)
    {
        lock (_sources)
            if (_known.Add(source)) _sources.Enqueue(source);
    }

    private bool TryNextSource(ref OpenBlob source)
    {
        lock (_sources)
        {
            if (!_sources.TryDequeue(out OpenBlob? next)) return false;
            source = next;
            return true;
        }
    }

    internal void Start(Action<BlobTransfer> ended) => _ = Task.Run(async () =>
    {
        try
        {
            await predecessor.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await RunAsync(_cancel.Token).ConfigureAwait(false);
            ended(this);
            _completion.SetResult();
        }
        catch (Exception e)
        {
            ended(this);
            if (e is OperationCanceledException && _cancel.IsCancellationRequested) _completion.SetCanceled(_cancel.Token);
            else _completion.SetException(e);
            _ = _completion.Task.Exception;   // observed: those who joined may all have left
        }
        Wake();
    });

    /// <summary>Returns when <see cref="Written"/> is no longer <paramref name="seen"/>, or the transfer has ended.</summary>
    internal Task ChangedAsync(long seen, CancellationToken ct)
    {
        Task changed = Volatile.Read(ref _changed).Task;
        return Written != seen || Completion.IsCompleted ? Task.CompletedTask : changed.WaitAsync(ct);
    }

    internal FileStream OpenFile()
    {
        try
        {
            return Open(store.Ingests.PathOf(descriptor.Digest));
        }
        catch (FileNotFoundException)
        {
            return store.OpenRead(descriptor.Digest);   // it has arrived in between
        }

        static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private async Task RunAsync(CancellationToken ct)
    {
        if (store.Size(descriptor.Digest) is { } size)
        {
            Advance(size);
            return;
        }
        string path = store.Ingests.PathOf(descriptor.Digest);
        Resumed = File.Exists(path);
        bool fresh = !Resumed;
        OpenBlob source = open;
        TryNextSource(ref source);   // which is that one
        while (true)
        {
            try
            {
                await ReceiveAsync(path, source, ct).ConfigureAwait(false);
                return;
            }
            catch (DigestMismatchException) when (!fresh)
            {
                File.Delete(path);   // a crash kept the length but not all bytes
                Advance(0);
                fresh = true;
            }
            catch (FaultException e) when (!DiskFull.IsToldBy(e) && !ct.IsCancellationRequested && TryNextSource(ref source))
            {
                if (e is not DigestMismatchException && !_wrong) continue;   // goes on where that one ended
                File.Delete(path);   // of what it sent, nothing can be trusted: one registry that lies is no failure of the others' pulls
                Resumed = fresh = true;
                _wrong = false;
                Interlocked.Increment(ref _begunAnew);
                Advance(0);
            }
            catch (Exception e)
            {
                // What came is good as far as anybody knows: the next pull verifies it and goes on from there. Wrong content and a full disk are another thing.
                bool resumable = e is OperationCanceledException || e is FaultException { Kind: FaultKind.Unavailable } and not DigestMismatchException && !_wrong;
                if (!resumable || Written < ContentStore.WorthResuming) File.Delete(path);
                throw;
            }
        }
    }

    private async Task ReceiveAsync(string path, OpenBlob source, CancellationToken ct)
    {
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using (file)
            {
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                if (file.Length > 0) AddExisting(file, hash);
                Advance(file.Position);
                if (Written > descriptor.Size) throw new DigestMismatchException(descriptor);
                if (Written < descriptor.Size) await CopyAsync(file, hash, source, ct).ConfigureAwait(false);
                if (Digest.FromHash(hash.GetHashAndReset()) != descriptor.Digest) throw new DigestMismatchException(descriptor);
                file.Flush(flushToDisk: true);
            }
            File.Move(path, store.PathOf(descriptor.Digest), overwrite: true);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw DiskFull.Fault($"store blob {descriptor.Digest} ({descriptor.Size} bytes)", e);
        }
    }

    private static void AddExisting(FileStream file, IncrementalHash hash)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        for (int got; (got = file.Read(buffer)) > 0;) hash.AppendData(buffer, 0, got);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private async Task CopyAsync(FileStream file, IncrementalHash hash, OpenBlob open, CancellationToken ct)
    {
        store.RequireSpace(descriptor.Size - Written, $"store blob {descriptor.Digest}");
        Stream source = await open(Written, ct).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            // Not before it is open: of many layers most wait for their turn.
            byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
            try
            {
                while (await source.ReadAsync(buffer.AsMemory(0, ChunkBytes), ct).ConfigureAwait(false) is > 0 and var got)
                {
                    if (Written + got > descriptor.Size) throw SizeFault($"more than {descriptor.Size}");
                    hash.AppendData(buffer, 0, got);
                    file.Write(buffer, 0, got);
                    Advance(Written + got);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        if (Written != descriptor.Size) throw SizeFault(Written.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private FaultException SizeFault(string came)
    {
        _wrong = true;
        return new(FaultKind.Unavailable, $"size of blob {descriptor.Digest} is wrong: {came} bytes came, {descriptor.Size} are announced");
    }

    private void Advance(long written)
    {
        Volatile.Write(ref _written, written);
        Wake();
    }

    private void Wake() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
