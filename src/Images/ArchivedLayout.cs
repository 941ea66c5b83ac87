using System.Text.Json;
using Sampan.Content;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Reads the images that the index.json of an archive names; its blobs are in the store already.</summary>
/// <param name="platform">Of an index take this platform only; null: all that is there.</param>
internal sealed class ArchivedLayout(ContentStore content, Platform? platform)
{
    private readonly PlatformMatcher _matcher = platform is null ? PlatformMatcher.Host : new PlatformMatcher(platform);

    /// <exception cref="JsonException">A document is malformed.</exception>
    /// <exception cref="FaultException">InvalidArgument: a blob is missing. NotFound: nothing for the platform.</exception>
    internal IReadOnlyList<ArchivedImage> Read(byte[] index)
    {
        var images = new Dictionary<Digest, ArchivedImage>();
        foreach (var descriptor in ArchivedImage.NotNull(JsonSerializer.Deserialize(index, OciImageJson.Default.Index)?.Manifests))
        {
            IReadOnlyList<ImageReference> names = NameOf(descriptor) is { } name ? [name] : [];
            var target = OriginalOf(descriptor) ?? descriptor with { Annotations = null, Platform = null };
            images[target.Digest] = images.TryGetValue(target.Digest, out var known) ? known with { Names = [.. known.Names, .. names] } : Find(target) with { Names = names };
        }
        return [.. images.Values];
    }

    private ArchivedImage Find(Descriptor target)
    {
        byte[] bytes = Require(target.Digest);
        if (!MediaTypes.IsIndex(target.MediaType))
        {
            target = target with { Size = bytes.Length };
            return new ArchivedImage(target, new ArchivedManifest(target, ReadManifest(bytes)), [], []);
        }
        var members = new List<ArchivedManifest>();
        var offered = new List<Descriptor>();
        Collect(bytes, members, offered, 0);
        var images = members.Where(member => member.Manifest is { IsImage: true } && !Attestation.Is(member.Descriptor)).ToList();
        var chosen = _matcher.Choose(images, PlatformOf);
        if (chosen is null && (platform is not null || images.Count == 0))
        {
            // Whatever it has is for some platform: nothing of it is here, or nothing for the one that is wanted.
            var platforms = offered.Select(entry => entry.Platform).OfType<Platform>().Concat(images.Select(PlatformOf)).Where(one => one.Os != "unknown").ToList();
            if (platforms.Count > 0) throw WrongPlatform.NotIn(platforms, _matcher.Wanted);
            return new ArchivedImage(target, null, members, []);
        }
        chosen ??= images[0];
        if (platform is not null) members = [.. members.Where(member => member == chosen || member.Manifest is null || Attestation.About(member.Descriptor) == chosen.Descriptor.Digest)];
        return new ArchivedImage(target, chosen, members, []);
    }

    private void Collect(byte[] index, List<ArchivedManifest> members, List<Descriptor> offered, int depth)
    {
        if (depth == IndexReader.MaxDepth) throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: indexes of indexes more than {IndexReader.MaxDepth} deep");
        foreach (var entry in ArchivedImage.NotNull(JsonSerializer.Deserialize(index, OciImageJson.Default.Index)?.Manifests))
        {
            offered.Add(entry);
            if (!content.Contains(entry.Digest)) continue;   // a platform that was not saved
            if (MediaTypes.IsIndex(entry.MediaType))
            {
                members.Add(new ArchivedManifest(entry, null));
                Collect(Require(entry.Digest), members, offered, depth + 1);
            }
            else if (MediaTypes.IsManifest(entry.MediaType))
            {
                var manifest = ReadManifest(Require(entry.Digest));
                if (manifest.Layers.Prepend(manifest.Config).All(blob => content.Size(blob.Digest) == blob.Size)) members.Add(new ArchivedManifest(entry, manifest));
            }
            else
            {
                members.Add(new ArchivedManifest(entry, null));   // of a type we do not know: kept as it came
            }
        }
    }

    private Platform PlatformOf(ArchivedManifest image) => image.Descriptor.Platform
        ?? ConfigReader.Read(content.Read(image.Manifest!.Config.Digest, ImageStore.MaxConfigBytes), image.Manifest.Config.Digest).Platform;

    /// <summary>What our own save put a twin in the place of.</summary>
    private Descriptor? OriginalOf(Descriptor descriptor)
    {
        if (!Digest.TryParse(descriptor.Annotations?.GetValueOrDefault(Annotations.Original), out var digest) || !content.Contains(digest)) return null;
        byte[] bytes = Require(digest);
        string? mediaType = JsonSerializer.Deserialize(bytes, OciImageJson.Default.MediaTyped)?.MediaType;
        return MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType) ? new Descriptor { MediaType = mediaType!, Digest = digest, Size = bytes.Length } : null;
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
        ArchivedImage.NotNull(manifest.Layers);
        return manifest;
    }

    private byte[] Require(Digest digest) => content.Contains(digest) ? content.Read(digest, ImageStore.MaxManifestBytes)
        : throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {digest} is named in it, but is not in it");
}
