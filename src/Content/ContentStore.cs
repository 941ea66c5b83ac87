using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>Blobs named by their digest, in an OCI image layout on disk (image-spec v1.1, image-layout.md) that other tools can read.
/// A blob is there whole and verified, or not at all. Safe to call from several threads of one process.</summary>
public sealed class ContentStore
{
    internal const long WorthResuming = 64 * 1024;
    private readonly string _root;
    private readonly string _blobs;
    private readonly Lock _gate = new();                            // guards _holds and the removal of blobs
    private readonly Dictionary<Digest, int> _holds = [];           // leases per blob
    private readonly FetchTable _fetches;

    private ContentStore(string root)
    {
        _root = root;
        _blobs = Path.Combine(root, "blobs", "sha256");
        Ingests = new IngestFolder(Path.Combine(root, "ingest"));
        _fetches = new FetchTable(this);
    }

    internal IngestFolder Ingests { get; }

    /// <summary>Opens or makes the layout at <paramref name="root"/> (absolute).</summary>
    public static ContentStore Open(string root)
    {
        var store = new ContentStore(root);
        Directory.CreateDirectory(store._blobs);
        store.Ingests.Open();
        string marker = Path.Combine(root, ImageLayout.FileName);
        if (!File.Exists(marker))
        {
            var layout = new ImageLayout { ImageLayoutVersion = ImageLayout.CurrentVersion };
            AtomicFile.Replace(marker, JsonSerializer.SerializeToUtf8Bytes(layout, OciImageJson.Default.ImageLayout));
        }
        return store;
    }

    public Lease Lease() => new(this);

    public bool Contains(Digest digest) => File.Exists(PathOf(digest));

    /// <summary>Bytes of the blob, or null when it is not here.</summary>
    public long? Size(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <exception cref="FaultException">NotFound.</exception>
    public FileStream OpenRead(Digest digest)
    {
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (FileNotFoundException e)
        {
            throw Missing(digest, e);
        }
    }

    /// <summary>The whole of a small blob.</summary>
    /// <exception cref="FaultException">NotFound; InvalidArgument: longer than <paramref name="maxBytes"/>.</exception>
    public byte[] Read(Digest digest, int maxBytes)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(PathOf(digest));
            long length = RandomAccess.GetLength(file);
            if (length > maxBytes)
                throw new FaultException(FaultKind.InvalidArgument, $"blob {digest} is too large: {length} bytes, the limit is {maxBytes}");
            byte[] content = new byte[length];
            int read = 0;
            while (read < content.Length && RandomAccess.Read(file, content.AsSpan(read), read) is > 0 and var got) read += got;
            return read == content.Length ? content : throw new FaultException(FaultKind.Internal, $"blob {digest} ended early: {read} of {length} bytes");
        }
        catch (FileNotFoundException e)
        {
            throw Missing(digest, e);
        }
    }

    /// <summary>Stores a small blob. Hold its digest by a lease first.</summary>
    public Digest Add(ReadOnlySpan<byte> content)
    {
        var digest = Digest.Of(content);
        if (Contains(digest)) return digest;
        string path = Ingests.NewPath();
        AtomicFile.Replace(path, content);
        File.Move(path, PathOf(digest), overwrite: true);
        return digest;
    }

    /// <summary>Puts a small blob in the place of a damaged one.</summary>
    /// <exception cref="FaultException">Internal: the content has another digest.</exception>
    public void Replace(Digest digest, ReadOnlySpan<byte> content)
    {
        if (Digest.Of(content) != digest) throw new FaultException(FaultKind.Internal, $"cannot replace blob {digest}: the content has the digest {Digest.Of(content)}");
        string path = Ingests.NewPath();
        AtomicFile.Replace(path, content);
        File.Move(path, PathOf(digest), overwrite: true);
    }

    /// <summary>Fetches a damaged or missing blob anew. The damaged one stays when that fails: what is left of it may still be of use.</summary>
    /// <exception cref="FaultException">What ended the fetch.</exception>
    public async Task ReplaceAsync(Descriptor descriptor, OpenBlob open, Lease lease, CancellationToken ct)
    {
        string path = PathOf(descriptor.Digest), aside = Ingests.NewPath();
        bool damaged = File.Exists(path);
        if (damaged) File.Move(path, aside, overwrite: true);
        try
        {
            using BlobFetch fetch = Fetch(descriptor, open, lease);
            await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
            if (damaged) File.Delete(aside);
        }
        catch
        {
            if (damaged) File.Move(aside, path, overwrite: false);
            throw;
        }
    }

    /// <summary>Begins a blob whose digest shows at its end. What is committed is held by <paramref name="lease"/>.</summary>
    public BlobWriter Write(Lease lease) => new(this, lease);

    /// <summary>Joins or starts the fetch of a blob, and holds it by <paramref name="lease"/>. Callers that want the same blob share one transfer.</summary>
    public BlobFetch Fetch(Descriptor descriptor, OpenBlob open, Lease lease)
    {
        lease.Hold(descriptor.Digest);
        return _fetches.Join(descriptor, open);
    }

    /// <summary>Removes those of <paramref name="candidates"/> that are neither in <paramref name="live"/> nor held by a lease.</summary>
    public void Collect(IEnumerable<Digest> candidates, IReadOnlySet<Digest> live)
    {
        lock (_gate)
        {
            foreach (var digest in candidates)
            {
                if (!live.Contains(digest) && !_holds.ContainsKey(digest)) File.Delete(PathOf(digest));
            }
        }
    }

    /// <summary>After a start: blobs nobody refers to become partial ones, so that a pull which a crash cut off finds them again (and verifies
    /// them again: they may never have reached the disk). Small ones, and partial ones nobody asked for within a day, are dropped.</summary>
    public void Recover(IReadOnlySet<Digest> live)
    {
        Ingests.DropStale();
        foreach (string path in Directory.EnumerateFiles(_blobs))
        {
            bool valid = Digest.TryParse("sha256:" + Path.GetFileName(path), out var digest);
            if (valid && live.Contains(digest)) continue;
            if (valid && new FileInfo(path).Length >= WorthResuming) File.Move(path, Ingests.PathOf(digest), overwrite: true);
            else File.Delete(path);
        }
    }

    /// <summary>Drops what was left of fetches that ended early, and will not be resumed any more.</summary>
    /// <returns>Bytes given back.</returns>
    public long DropPartials() => _fetches.WhileIdle(Ingests.DropPartials);

    /// <summary>Replaces index.json, where other tools look for names. It is not flushed: whoever opens the store writes it again.</summary>
    public void WriteIndex(Specs.Oci.Image.Index index) =>
        AtomicFile.Replace(Path.Combine(_root, ImageLayout.IndexFileName), JsonSerializer.SerializeToUtf8Bytes(index, OciImageJson.Default.Index), flush: false);

    internal string PathOf(Digest digest) => Path.Combine(_blobs, digest.Hex);

    /// <exception cref="FaultException">Less than <paramref name="bytes"/> are free.</exception>
    internal void RequireSpace(long bytes, string what)
    {
        if (new DriveInfo(_root).AvailableFreeSpace < bytes) throw DiskFull.Fault($"{what} ({bytes} bytes) below '{_root}'");
    }

    internal void Hold(HashSet<Digest> held, Digest digest)
    {
        lock (_gate)
        {
            if (held.Add(digest)) _holds[digest] = _holds.GetValueOrDefault(digest) + 1;
        }
    }

    internal IReadOnlyCollection<Digest> HeldBy(HashSet<Digest> held)
    {
        lock (_gate) return [.. held];
    }

    internal void Release(HashSet<Digest> held)
    {
        lock (_gate)
        {
            foreach (var digest in held)
            {
                if (--_holds[digest] == 0) _holds.Remove(digest);
            }
            held.Clear();
        }
    }

    private static FaultException Missing(Digest digest, Exception cause) => new(FaultKind.NotFound, $"blob {digest} is not in the content store", cause);
}
