using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sampan.Content;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The documents on disk: <c>_images/HEX.json</c> and <c>_indexes/HEX.json</c>, and beside them one folder per repository with <c>_tags/TAG.json</c> and <c>_digests/HEX.json</c>.
/// No part of a reference begins with '_', so none can be taken for another.</summary>
internal sealed class DocumentFolder(string root)
{
    private const string Extension = ".json";
    private readonly string _images = Path.Combine(root, "_images");
    private readonly string _indexes = Path.Combine(root, "_indexes");

    internal void Open()
    {
        Directory.CreateDirectory(_images);
        Directory.CreateDirectory(_indexes);
    }

    internal IEnumerable<ImageDocument> Images() => Read(Directory.EnumerateFiles(_images), ImagesJson.Default.ImageDocument);

    internal IEnumerable<IndexDocument> Indexes() => Read(Directory.EnumerateFiles(_indexes), ImagesJson.Default.IndexDocument);

    internal IEnumerable<ReferenceDocument> References() =>
        Read(Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(_images, StringComparison.Ordinal) && !path.StartsWith(_indexes, StringComparison.Ordinal)),
            ImagesJson.Default.ReferenceDocument);

    internal void Write(ImageDocument image) =>
        AtomicFile.Replace(PathOf(image.Id), JsonSerializer.SerializeToUtf8Bytes(image, ImagesJson.Default.ImageDocument));

    internal void Write(ReferenceDocument reference)
    {
        string path = PathOf(ImageReference.Parse(reference.Reference));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(reference, ImagesJson.Default.ReferenceDocument));
    }

    internal void Write(IndexDocument index) =>
        AtomicFile.Replace(PathOfIndex(index.Index.Digest), JsonSerializer.SerializeToUtf8Bytes(index, ImagesJson.Default.IndexDocument));

    internal void DeleteImage(Digest id) => File.Delete(PathOf(id));

    internal void DeleteIndex(Digest digest) => File.Delete(PathOfIndex(digest));

    /// <summary>The folders that become empty go too.</summary>
    internal void DeleteReference(ImageReference reference)
    {
        string path = PathOf(reference);
        File.Delete(path);
        for (string folder = Path.GetDirectoryName(path)!; folder.Length > root.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (Directory.EnumerateFileSystemEntries(folder).Any()) return;
            Directory.Delete(folder);
        }
    }

    private string PathOfIndex(Digest digest) => Path.Combine(_indexes, digest.Hex + Extension);

    private string PathOf(Digest id) => Path.Combine(_images, id.Hex + Extension);

    private string PathOf(ImageReference reference) => Path.Combine(root, reference.Domain, reference.Path,
        reference.Digest is { } digest ? Path.Combine("_digests", digest.Hex + Extension) : Path.Combine("_tags", reference.Tag + Extension));

    /// <summary>Reads what is whole. Documents are replaced atomically, so one that is not was damaged from outside, and its image is pulled again.</summary>
    private static IEnumerable<T> Read<T>(IEnumerable<string> paths, JsonTypeInfo<T> type) where T : class
    {
        foreach (string path in paths.ToList())
        {
            T? document = null;
            try
            {
                if (!AtomicFile.IsLeftover(path)) document = JsonSerializer.Deserialize(File.ReadAllBytes(path), type);
            }
            catch (JsonException)
            {
                // dropped below
            }
            if (document is not null) yield return document;
            else File.Delete(path);
        }
    }
}
