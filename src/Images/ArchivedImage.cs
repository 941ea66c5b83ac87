using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>One image found in an archive.</summary>
/// <param name="Descriptor">Of its manifest: the archive's own, or one we made for an archive that has none.</param>
internal sealed record ArchivedImage(Descriptor Descriptor, Manifest Manifest, IReadOnlyList<ImageReference> Names)
{
    private const int MagicBytes = 6;

    /// <summary>By manifest.json where there is one (docker save), else by index.json (an OCI layout).</summary>
    /// <exception cref="FaultException">InvalidArgument: neither is there, or what they name is not.</exception>
    internal static IReadOnlyList<ArchivedImage> FindAll(ArchiveContents archive, ContentStore content, Lease lease, Platform? platform)
    {
        try
        {
            IReadOnlyList<ArchivedImage> inLayout = archive.Document(ImageLayout.IndexFileName) is { } index ? InLayout(index, content, platform) : [];
            if (archive.Document(DockerArchiveEntry.FileName) is { } entries)
                return [.. NotNull(JsonSerializer.Deserialize(entries, OciImageJson.Default.IReadOnlyListDockerArchiveEntry)).Select(entry => InDockerArchive(entry, archive, inLayout, content, lease))];
            return inLayout.Count > 0 ? inLayout
                : throw new FaultException(FaultKind.InvalidArgument, "invalid archive: does not contain a manifest.json, nor an index.json with images");
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: {e.Message}", e);
        }
    }

    private static ArchivedImage InDockerArchive(DockerArchiveEntry entry, ArchiveContents archive, IReadOnlyList<ArchivedImage> inLayout, ContentStore content, Lease lease)
    {
        var (config, configSize) = Require(archive, entry.Config);
        var layers = NotNull(entry.Layers).Select(path => Require(archive, path)).ToList();
        var names = NotNull(entry.RepoTags ?? []).Select(ImageReference.Parse).ToList();
        // An archive that is a layout too has the manifest the image was pulled with: keep it, and its digest.
        var original = inLayout.FirstOrDefault(image => image.Manifest.Config.Digest == config
            && image.Manifest.Layers.Select(layer => layer.Digest).SequenceEqual(layers.Select(layer => layer.Digest)));
        if (original is not null) return original with { Names = names };

        var manifest = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = config, Size = configSize },
            Layers = [.. layers.Select(layer => new Descriptor { MediaType = LayerTypeOf(content, layer.Digest), Digest = layer.Digest, Size = layer.Size })],
        };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, OciImageJson.Default.Manifest);
        lease.Hold(Digest.Of(bytes));
        return new ArchivedImage(new Descriptor { MediaType = MediaTypes.OciManifest, Digest = content.Add(bytes), Size = bytes.Length }, manifest, names);
    }

    private static List<ArchivedImage> InLayout(byte[] index, ContentStore content, Platform? platform)
    {
        var images = new Dictionary<Digest, ArchivedImage>();
        foreach (var descriptor in NotNull(JsonSerializer.Deserialize(index, OciImageJson.Default.Index)?.Manifests))
        {
            var (manifest, chosen) = Resolve(descriptor, content, platform is null ? PlatformMatcher.Host : new PlatformMatcher(platform), depth: 0);
            IReadOnlyList<ImageReference> names = NameOf(descriptor) is { } name ? [name] : [];
            images[chosen.Digest] = images.TryGetValue(chosen.Digest, out var known) ? known with { Names = [.. known.Names, .. names] } : new ArchivedImage(chosen, manifest, names);
        }
        return [.. images.Values];
    }

    private static (Manifest Manifest, Descriptor Descriptor) Resolve(Descriptor descriptor, ContentStore content, PlatformMatcher wanted, int depth)
    {
        byte[] bytes = ReadBlob(content, descriptor.Digest, ImageStore.MaxManifestBytes);
        if (!MediaTypes.IsIndex(descriptor.MediaType))
            return (ReadManifest(bytes), descriptor with { Annotations = null, Platform = null, Size = bytes.Length });
        const int MaxDepth = 3;
        if (depth == MaxDepth) throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: indexes of indexes more than {MaxDepth} deep");
        var offered = NotNull(JsonSerializer.Deserialize(bytes, OciImageJson.Default.Index)?.Manifests);
        return Resolve(wanted.Choose(offered) ?? throw WrongPlatform.NotIn(offered, wanted.Wanted), content, wanted, depth + 1);
    }

    /// <summary>A full name by containerd's annotation, or by ref.name where that is more than a tag.</summary>
    private static ImageReference? NameOf(Descriptor descriptor)
    {
        string? name = descriptor.Annotations?.GetValueOrDefault(Annotations.ImageName);
        if (name is null && descriptor.Annotations?.GetValueOrDefault(Annotations.RefName) is { } refName && refName.AsSpan().ContainsAny(':', '/')) name = refName;
        return ImageReference.TryParse(name, out var reference) ? reference!.WithDefaultTag() is { Digest: null } named ? named : null : null;
    }

    private static Manifest ReadManifest(byte[] bytes)
    {
        var manifest = JsonSerializer.Deserialize(bytes, OciImageJson.Default.Manifest) ?? throw new JsonException("a manifest is null");
        NotNull(manifest.Layers);
        return manifest;
    }

    /// <summary>The list, if neither it nor anything in it is null: annotations of nullability do not reach into lists.</summary>
    private static IReadOnlyList<T> NotNull<T>(IReadOnlyList<T>? list) where T : class =>
        list is not null && !list.Any(item => item is null) ? list : throw new JsonException("a list, or something in it, is null");

    private static (Digest Digest, long Size) Require(ArchiveContents archive, string path) => archive.Blob(path)
        ?? throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: manifest.json names '{path}', which is not in it");

    private static byte[] ReadBlob(ContentStore content, Digest digest, int maxBytes) => content.Contains(digest) ? content.Read(digest, maxBytes)
        : throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {digest} is named in it, but is not in it");

    private static string LayerTypeOf(ContentStore content, Digest digest)
    {
        using FileStream blob = content.OpenRead(digest);
        Span<byte> start = stackalloc byte[MagicBytes];
        int length = blob.ReadAtLeast(start, MagicBytes, throwOnEndOfStream: false);
        return LayerMediaType.Of(Layers.Compression.Decompression.Detect(start[..length]));
    }
}
