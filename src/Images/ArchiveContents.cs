using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Layers.Compression;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The files of an image archive after one pass from front to back: large ones are blobs of the store by now, the few documents are in memory.</summary>
internal sealed class ArchiveContents
{
    private const int MaxEntries = 100_000;
    private const int MaxDocumentBytes = 16 << 20;
    private const int MaxLinks = 16;
    private const string BlobFolder = "blobs/sha256/";
    private readonly Dictionary<string, byte[]> _documents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Digest Digest, long Size)> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private ArchiveContents() { }

    /// <summary>Blocks its thread.</summary>
    /// <exception cref="FaultException">InvalidArgument: not a tar, damaged, or a blob is not what its name says.</exception>
    internal static ArchiveContents Read(Stream archive, ContentStore content, Lease lease, CancellationToken ct)
    {
        var contents = new ArchiveContents();
        using Stream tar = Decompression.Open(archive, out _, ct);
        var reader = new ArchiveReader(tar, MaxEntries, ct);
        while (reader.Read() is { } entry)
        {
            string name = Normalize(entry.Name);
            if (entry.LinkTarget is { } target) contents._links[name] = entry.IsSymbolic ? Normalize($"{FolderOf(name)}/{target}") : Normalize(target);
            else if (name is DockerArchiveEntry.FileName or ImageLayout.IndexFileName or ImageLayout.FileName) contents._documents[name] = ReadDocument(reader, entry, name);
            else if (!IsLegacy(name)) contents._blobs[name] = ReadBlob(reader, entry, name, content, lease);
        }
        return contents;
    }

    internal byte[]? Document(string name) => _documents.GetValueOrDefault(name);

    /// <summary>The blob that a path of the archive leads to, by way of links.</summary>
    internal (Digest Digest, long Size)? Blob(string path)
    {
        path = Normalize(path);
        for (int i = 0; i < MaxLinks; i++)
        {
            if (_blobs.TryGetValue(path, out var blob)) return blob;
            if (!_links.TryGetValue(path, out string? target)) return null;
            path = target;
        }
        return null;
    }

    private static (Digest Digest, long Size) ReadBlob(ArchiveReader reader, ArchiveEntry entry, string name, ContentStore content, Lease lease)
    {
        bool named = Digest.TryParse(name.StartsWith(BlobFolder, StringComparison.Ordinal) ? "sha256:" + name[BlobFolder.Length..] : null, out var claimed);
        if (named)
        {
            lease.Hold(claimed);
            if (content.Size(claimed) == entry.Size) return (claimed, entry.Size);   // verified when it came; the reader skips it here
        }
        using BlobWriter writer = content.Write(lease);
        for (var bytes = reader.TakeData(); !bytes.IsEmpty; bytes = reader.TakeData()) writer.Write(bytes);
        long size = writer.Length;
        Digest digest = writer.Commit();
        if (named && digest != claimed)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {claimed} is corrupt: its content has the digest {digest}");
        return (digest, size);
    }

    private static byte[] ReadDocument(ArchiveReader reader, ArchiveEntry entry, string name)
    {
        if (entry.Size > MaxDocumentBytes)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: '{name}' is too large: {entry.Size} bytes, the limit is {MaxDocumentBytes}");
        var content = new MemoryStream((int)entry.Size);
        for (var bytes = reader.TakeData(); !bytes.IsEmpty; bytes = reader.TakeData()) content.Write(bytes);
        return content.ToArray();
    }

    /// <summary>What docker save wrote for Docker before 1.10, beside manifest.json.</summary>
    private static bool IsLegacy(string name) => name is "repositories" || name.EndsWith("/json", StringComparison.Ordinal) || name.EndsWith("/VERSION", StringComparison.Ordinal);

    private static string FolderOf(string name) => name.LastIndexOf('/') is >= 0 and var slash ? name[..slash] : "";

    private static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "..") parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            else if (part is not ("" or ".")) parts.Add(part);
        }
        return string.Join('/', parts);
    }
}
