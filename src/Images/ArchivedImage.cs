using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>One image found in an archive, or one artifact.</summary>
/// <param name="Target">What the archive means by the names: an index, or the manifest.</param>
/// <param name="Chosen">Its manifest: the archive's own, or one we made for an archive that has none; null for an index of things that are for no platform.</param>
/// <param name="Members">Of the index what is whole in the archive; none when it is no index.</param>
internal sealed record ArchivedImage(Descriptor Target, ArchivedManifest? Chosen, IReadOnlyList<ArchivedManifest> Members, IReadOnlyList<ImageReference> Names)
{
    private const int MagicBytes = 6;

    /// <summary>By manifest.json where there is one (docker save), else by index.json (an OCI layout); artifacts by index.json alone.</summary>
    /// <exception cref="FaultException">InvalidArgument: neither is there, or what they name is not.</exception>
    internal static IReadOnlyList<ArchivedImage> FindAll(ArchiveContents archive, ImageStore store, Lease lease, Platform? platform)
    {
        try
        {
            IReadOnlyList<ArchivedImage> inLayout = archive.Document(ImageLayout.IndexFileName) is { } index ? new ArchivedLayout(store.Content, platform).Read(index) : [];
            if (archive.Document(DockerArchiveEntry.FileName) is not { } entries)
                return inLayout.Count > 0 ? inLayout : throw new FaultException(FaultKind.InvalidArgument, "invalid archive: does not contain a manifest.json, nor an index.json with images");
            var images = NotNull(JsonSerializer.Deserialize(entries, OciImageJson.Default.IReadOnlyListDockerArchiveEntry)).Select(entry => InDockerArchive(entry, archive, inLayout, store, lease));
            return [.. images, .. inLayout.Where(found => found.Chosen?.Manifest is not { IsImage: true })];
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: {(e.LineNumber is { } line ? $"a document in it is malformed, in line {line + 1}" : e.Message)}", e);
        }
    }

    /// <summary>The list, if neither it nor anything in it is null: annotations of nullability do not reach into lists.</summary>
    internal static IReadOnlyList<T> NotNull<T>(IReadOnlyList<T>? list) where T : class =>
        list is not null && !list.Any(item => item is null) ? list : throw new JsonException("a list, or something in it, is null");

    private static ArchivedImage InDockerArchive(DockerArchiveEntry entry, ArchiveContents archive, IReadOnlyList<ArchivedImage> inLayout, ImageStore store, Lease lease)
    {
        ContentStore content = store.Content;
        var (config, configSize) = Require(archive, entry.Config);
        var layers = LayersOf(entry, archive, config, store, lease);
        var names = NotNull(entry.RepoTags ?? []).Select(ImageReference.Parse).ToList();
        // An archive that is a layout too has the manifest the image was pulled with, and the index: keep them, and their digests.
        foreach (var original in inLayout)
        {
            var same = original.Members.Prepend(original.Chosen).FirstOrDefault(manifest => manifest?.Manifest is { } found && found.Config.Digest == config
                && found.Layers.Select(layer => layer.Digest).SequenceEqual(layers.Select(layer => layer.Digest)));
            if (same is not null) return original with { Chosen = same, Names = names };
        }

        var made = new Manifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.OciManifest,
            Config = new Descriptor { MediaType = MediaTypes.OciConfig, Digest = config, Size = configSize },
            Layers = [.. layers.Select(layer => new Descriptor { MediaType = LayerTypeOf(content, layer.Digest), Digest = layer.Digest, Size = layer.Size })],
        };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(made, OciImageJson.Default.Manifest);
        lease.Hold(Digest.Of(bytes));
        var descriptor = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = content.Add(bytes), Size = bytes.Length };
        return new ArchivedImage(descriptor, new ArchivedManifest(descriptor, made), [], names);
    }

    /// <summary>A layer that is not in the archive may be here already, on the same layers: docker takes that, and so do those who save the difference of two images.</summary>
    private static List<(Digest Digest, long Size)> LayersOf(DockerArchiveEntry entry, ArchiveContents archive, Digest config, ImageStore store, Lease lease)
    {
        IReadOnlyList<string> paths = NotNull(entry.Layers);
        var layers = new List<(Digest, long)>();
        List<ChainId>? chains = null;
        for (int i = 0; i < paths.Count; i++)
        {
            if (archive.Blob(paths[i]) is not { } layer)
            {
                chains ??= [.. ChainId.Stack(ConfigReader.Read(store.Content.Read(config, ImageStore.MaxConfigBytes), config).DiffIds)];
                layer = (i < chains.Count ? HereAs(chains[i], store, lease) : null) ?? Require(archive, paths[i]);
            }
            layers.Add(layer);
        }
        return layers;
    }

    private static (Digest Digest, long Size)? HereAs(ChainId chain, ImageStore store, Lease lease)
    {
        foreach (var layer in store.Catalog.Images.SelectMany(image => image.Layers))
        {
            if (layer.Chain != chain) continue;
            lease.Hold(layer.Blob.Digest);
            return store.Content.Contains(layer.Blob.Digest) ? (layer.Blob.Digest, layer.Blob.Size) : null;
        }
        return null;
    }

    private static (Digest Digest, long Size) Require(ArchiveContents archive, string path) => archive.Blob(path)
        ?? throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: manifest.json names '{path}', which is not in it");

    private static string LayerTypeOf(ContentStore content, Digest digest)
    {
        using FileStream blob = content.OpenRead(digest);
        Span<byte> start = stackalloc byte[MagicBytes];
        int length = blob.ReadAtLeast(start, MagicBytes, throwOnEndOfStream: false);
        return LayerMediaType.Of(Layers.Compression.Decompression.Detect(start[..length]));
    }
}

/// <summary>A manifest of an archive; or an index inside an index, or something of a type we do not know, which have no <paramref name="Manifest"/>.</summary>
/// <param name="Descriptor">As its index names it.</param>
internal sealed record ArchivedManifest(Descriptor Descriptor, Manifest? Manifest);
