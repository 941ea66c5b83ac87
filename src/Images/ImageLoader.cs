using Sampan.Content;
using Sampan.Faults;
using Sampan.Layers;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker load: an archive is read once, from front to back; its blobs go into the store as they come, and its images are made when it has ended.</summary>
internal sealed class ImageLoader(ImageStore store, StoredLayers layers)
{
    private sealed record Ready(ArchivedImage Archived, Image Image, IReadOnlyList<Image> Others, IReadOnlyList<IndexMember> Members);

    internal async Task<IReadOnlyList<LoadedImage>> LoadAsync(Stream archive, Platform? platform, IProgress<PullProgress> receiver, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        using var lease = new ImageLease(store);
        IReadOnlyList<ArchivedImage> found = await Task.Factory.StartNew(() =>
        {
            using var stream = new BlockingStream(archive, ct);
            return ArchivedImage.FindAll(ArchiveContents.Read(stream, store.Content, lease.Blobs, ct), store, lease.Blobs, platform);
        }, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);

        var ready = new List<Ready>();
        foreach (var archived in Wanted(found, platform)) ready.Add(await MakeAsync(archived, lease, progress, ct).ConfigureAwait(false));

        // Names change only when all of the archive proved good.
        return store.Exclusive(() =>
        {
            var loaded = new List<LoadedImage>();
            foreach (var (archived, image, others, members) in ready)
            {
                foreach (var other in others) store.Put(other, [], other.Manifest);
                // An index that no name means cannot be kept: its images are, each by its id.
                Image put = store.Put(image, archived.Names, archived.Target, members);
                loaded.AddRange(archived.Names.Count == 0 ? others.Prepend(put).Select(one => new LoadedImage(one, null)) : archived.Names.Select(name => new LoadedImage(put, name)));
            }
            return loaded;
        });
    }

    private IReadOnlyList<ArchivedImage> Wanted(IReadOnlyList<ArchivedImage> found, Platform? platform)
    {
        if (platform is null) return found;
        var matcher = new PlatformMatcher(platform);
        var platforms = new List<Platform>();
        var wanted = new List<ArchivedImage>();
        foreach (var archived in found.Where(archived => archived.Chosen?.Manifest is { IsImage: true }))
        {
            Platform its = archived.Chosen!.Descriptor.Platform ?? ConfigOf(archived.Chosen.Manifest!).Platform;
            platforms.Add(its);
            if (matcher.Matches(its)) wanted.Add(archived);
        }
        return wanted.Count > 0 ? wanted : throw new FaultException(FaultKind.NotFound,
            $"no image for platform {matcher.Wanted} in the archive; it has {string.Join(", ", platforms.Select(one => one.Normalize().ToString()).Distinct())}");
    }

    private async Task<Ready> MakeAsync(ArchivedImage archived, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        if (archived.Chosen is null)
        {
            foreach (var member in archived.Members) Hold(member, lease);
            IReadOnlyList<IndexMember> all = [.. archived.Members.Select(member => MemberOf(member, null))];
            return new Ready(archived, ImageStore.MakeArtifact(archived.Target, IndexMember.ContentOf(all)), [], all);
        }
        Image image = await MakeAsync(archived.Chosen, lease, progress, ct).ConfigureAwait(false);
        var others = new List<Image>();
        var members = new List<IndexMember>();
        foreach (var member in archived.Members)
        {
            Hold(member, lease);
            Image? unpacked = member == archived.Chosen ? image : Runs(member) ? await MakeAsync(member, lease, progress, ct).ConfigureAwait(false) : null;
            if (unpacked is not null && unpacked != image) others.Add(unpacked);
            members.Add(MemberOf(member, unpacked?.Id));
        }
        return new Ready(archived, image, others, members);
    }

    private static IndexMember MemberOf(ArchivedManifest member, Digest? image) => member.Manifest is null ? IndexMember.OfDocument(member.Descriptor) : IndexMember.Of(member.Descriptor, member.Manifest, image);

    private static void Hold(ArchivedManifest member, ImageLease lease)
    {
        lease.Blobs.Hold(member.Descriptor.Digest);
        if (member.Manifest is null) return;
        foreach (var blob in member.Manifest.Layers.Prepend(member.Manifest.Config)) lease.Blobs.Hold(blob.Digest);
    }

    /// <summary>An image that some Linux can run; the others are kept as they came.</summary>
    private bool Runs(ArchivedManifest member) => member.Manifest is { IsImage: true } manifest && !Attestation.Is(member.Descriptor) && ConfigOf(manifest).Platform.Os == Platform.Host.Os;

    private ImageConfig ConfigOf(Manifest manifest)
    {
        RequireBlobs(manifest);
        Digest id = manifest.Config.Digest;
        return ConfigReader.Read(store.Content.Read(id, ImageStore.MaxConfigBytes), id);
    }

    private async Task<Image> MakeAsync(ArchivedManifest archived, ImageLease lease, SerialProgress progress, CancellationToken ct)
    {
        Manifest manifest = archived.Manifest!;
        Descriptor descriptor = archived.Descriptor with { Annotations = null, Platform = null };
        if (!manifest.IsImage)
        {
            RequireBlobs(manifest);
            Hold(archived, lease);
            return ImageStore.MakeArtifact(descriptor, [manifest.Config, .. manifest.Layers]);
        }
        ImageConfig config = ConfigOf(manifest);
        if (config.DiffIds.Count != manifest.Layers.Count)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid manifest, layers length mismatch: expected {manifest.Layers.Count}, got {config.DiffIds.Count}");

        lease.Blobs.Hold(manifest.Config.Digest);
        var sources = LayerSource.Of(manifest, config);
        lease.Hold(sources);
        return store.Make(descriptor, manifest, config, await layers.UnpackAsync(sources, lease.Blobs, LoadingBar, ct).ConfigureAwait(false), lease.Blobs);
        Action<long> LoadingBar(LayerSource source) => new ByteProgress(progress, "Loading layer", source.DiffId.Hex[..12], source.Blob.Size).Report;
    }

    private void RequireBlobs(Manifest manifest)
    {
        foreach (var blob in manifest.Layers.Prepend(manifest.Config))
        {
            if (store.Content.Size(blob.Digest) is not { } size)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {blob.Digest} is named in it, but is not in it");
            if (size != blob.Size)
                throw new FaultException(FaultKind.InvalidArgument, $"invalid archive: blob {blob.Digest} has {size} bytes, its manifest says {blob.Size}");
        }
    }
}
