using Sampan.Content;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class ContentStoreTests : IDisposable
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * i >> 3))];
    private static readonly Descriptor Blob = new() { MediaType = MediaTypes.OciLayer, Digest = Digest.Of(Bytes), Size = Bytes.Length };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_fetched_blob_is_there_whole_under_its_digest()
    {
        var store = ContentStore.Open(_folder.Path);
        using Lease lease = store.Lease();
        using (BlobFetch fetch = store.Fetch(Blob, From(Bytes), lease)) await fetch.Completion;
        Assert.Equal(Bytes, store.Read(Blob.Digest, Bytes.Length));
        Assert.Equal(Bytes, await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "blobs", "sha256", Blob.Digest.Hex)));
        Assert.Empty(Ingests);
        Assert.Throws<FaultException>(() => store.Read(Blob.Digest, Bytes.Length - 1));
    }

    [Fact]
    public async Task Content_with_another_digest_or_size_is_refused_and_not_kept()
    {
        var store = ContentStore.Open(_folder.Path);
        using Lease lease = store.Lease();
        byte[] other = [.. Bytes];
        other[^1]++;
        await Refused<DigestMismatchException>(other);
        await Refused<FaultException>(Bytes[..^1]);
        await Refused<FaultException>([.. Bytes, 1]);
        Assert.False(store.Contains(Blob.Digest));
        Assert.Empty(Ingests);

        async Task Refused<T>(byte[] content) where T : FaultException
        {
            using BlobFetch fetch = store.Fetch(Blob, From(content), lease);
            Assert.Contains(Blob.Digest.ToString(), (await Assert.ThrowsAsync<T>(() => fetch.Completion)).Message);
        }
    }

    [Fact]
    public async Task A_partial_blob_of_before_is_gone_on_with_and_a_damaged_one_fetched_anew()
    {
        var store = ContentStore.Open(_folder.Path);
        using Lease lease = store.Lease();
        var offsets = new List<long>();
        await File.WriteAllBytesAsync(IngestOf(Blob), Bytes[..100_000]);
        using (BlobFetch fetch = store.Fetch(Blob, From(Bytes, offsets), lease)) await fetch.Completion;
        Assert.Equal([100_000], offsets);

        offsets.Clear();
        store.Collect([Blob.Digest], new HashSet<Digest>());
        lease.Dispose();
        store.Collect([Blob.Digest], new HashSet<Digest>());
        await File.WriteAllBytesAsync(IngestOf(Blob), new byte[100_000]);
        using (BlobFetch fetch = store.Fetch(Blob, From(Bytes, offsets), lease)) await fetch.Completion;
        Assert.Equal([100_000, 0], offsets);
        Assert.Equal(Bytes, store.Read(Blob.Digest, Bytes.Length));
    }

    [Fact]
    public async Task Two_fetches_of_a_blob_share_one_source_and_readers_follow_it_while_it_comes()
    {
        var store = ContentStore.Open(_folder.Path);
        using Lease lease = store.Lease();
        var gate = new TaskCompletionSource();
        int opened = 0;
        OpenBlob open = (offset, _) =>
        {
            opened++;
            return Task.FromResult<Stream>(new GatedStream(Bytes, 50_000, gate.Task));
        };
        using BlobFetch one = store.Fetch(Blob, open, lease), two = store.Fetch(Blob, open, lease);
        await using Stream reader = two.OpenRead(default);
        byte[] read = new byte[Bytes.Length];
        await reader.ReadExactlyAsync(read.AsMemory(0, 50_000));
        Assert.False(one.Completion.IsCompleted);
        gate.SetResult();
        await reader.ReadExactlyAsync(read.AsMemory(50_000));
        Assert.Equal(0, await reader.ReadAsync(new byte[1]));
        Assert.Equal(Bytes, read);
        await Task.WhenAll(one.Completion, two.Completion);
        Assert.Equal(1, opened);
    }

    [Fact]
    public async Task A_fetch_goes_on_until_the_last_leaves_and_leaves_nothing_then()
    {
        var store = ContentStore.Open(_folder.Path);
        using Lease lease = store.Lease();
        OpenBlob stalled = (_, _) => Task.FromResult<Stream>(new GatedStream(Bytes, 50_000, new TaskCompletionSource().Task));
        BlobFetch one = store.Fetch(Blob, stalled, lease), two = store.Fetch(Blob, stalled, lease);
        while (one.Written < 50_000) await one.ChangedAsync(one.Written, default);
        await one.LeaveAsync();
        Assert.False(two.Completion.IsCompleted);
        await two.LeaveAsync();
        Assert.True(two.Completion.IsCanceled);
        Assert.Empty(Ingests);
        using BlobFetch again = store.Fetch(Blob, From(Bytes), lease);
        await again.Completion;
    }

    [Fact]
    public void What_a_lease_holds_is_not_collected()
    {
        var store = ContentStore.Open(_folder.Path);
        Digest digest;
        using (Lease lease = store.Lease())
        {
            digest = store.Add("small"u8);
            lease.Hold(digest);
            store.Collect([digest], new HashSet<Digest>());
            Assert.True(store.Contains(digest));
        }
        store.Collect([digest], new HashSet<Digest> { digest });
        Assert.True(store.Contains(digest));
        store.Collect([digest], new HashSet<Digest>());
        Assert.False(store.Contains(digest));
    }

    [Fact]
    public void After_a_start_unreferenced_blobs_are_verified_anew_and_old_partial_ones_dropped()
    {
        var store = ContentStore.Open(_folder.Path);
        store.Add(Bytes);
        Digest kept = store.Add("kept"u8), small = store.Add("small"u8);
        Descriptor old = Blob with { Digest = Digest.Of("old"u8) };
        File.WriteAllText(IngestOf(old), "o");
        File.SetLastWriteTimeUtc(IngestOf(old), DateTime.UtcNow.AddDays(-2));
        File.WriteAllText(Path.Combine(_folder.Path, "ingest", "new-7"), "half a blob whose digest was unknown");
        store.Recover(new HashSet<Digest> { kept });
        Assert.True(store.Contains(kept));
        Assert.False(store.Contains(small));
        Assert.False(store.Contains(Blob.Digest));
        Assert.Equal([Blob.Digest.Hex], Ingests);
    }

    private IEnumerable<string> Ingests => Directory.EnumerateFiles(Path.Combine(_folder.Path, "ingest")).Select(path => Path.GetFileName(path)!);

    private string IngestOf(Descriptor blob) => Path.Combine(_folder.Path, "ingest", blob.Digest.Hex);

    private static OpenBlob From(byte[] content, List<long>? offsets = null) => (offset, _) =>
    {
        offsets?.Add(offset);
        return Task.FromResult<Stream>(new MemoryStream(content[(int)offset..]));
    };

    /// <summary>Gives the first bytes at once and the others when the gate opens.</summary>
    private sealed class GatedStream(byte[] content, int first, Task gate) : MemoryStream(content)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == first) await gate.WaitAsync(cancellationToken);
            int most = Position < first ? (int)Math.Min(buffer.Length, first - Position) : buffer.Length;
            return await base.ReadAsync(buffer[..most], cancellationToken);
        }
    }
}
