using System.Security.Cryptography;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>A blob being written whose digest shows at its end. Disposed before <see cref="Commit"/> it leaves nothing.</summary>
public sealed class BlobWriter : IDisposable
{
    private readonly ContentStore _store;
    private readonly Lease _lease;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _committed;

    internal BlobWriter(ContentStore store, Lease lease)
    {
        (_store, _lease, _path) = (store, lease, store.Ingests.NewPath());
        _file = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <exception cref="FaultException">The disk is full.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        try
        {
            _file.Write(content);
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            throw DiskFull.Fault("store a blob", e);
        }
        _hash.AppendData(content);
        Length += content.Length;
    }

    /// <summary>Makes it a blob of the store.</summary>
    public Digest Commit()
    {
        var digest = Digest.FromHash(_hash.GetHashAndReset());
        _lease.Hold(digest);
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_path, _store.PathOf(digest), overwrite: true);
        _committed = true;
        return digest;
    }

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        if (!_committed) File.Delete(_path);
    }
}
