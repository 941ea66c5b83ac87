using System.Text.Json;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>docker push: the blobs as they lie in the store, those the registry has left out, then manifest or index with the bytes it always had.</summary>
internal sealed class ImagePusher(ImageStore store, RegistryClient registries, TransferSlots slots)
{
    private readonly UploadTable _uploads = new();

    internal async Task PushAsync(ImageReference reference, PushOptions options, IProgress<PullProgress> receiver, Action<PushResult> pushed, CancellationToken ct)
    {
        var progress = new SerialProgress(receiver);
        if (options.Platform is not null) store.Catalog.Get(reference.FamiliarString, options.Platform);
        progress.Report(new PullProgress($"The push refers to repository [{reference.Name}]"));
        foreach (var tag in Select(reference))
        {
            using var lease = new ImageLease(store);
            if (store.Catalog.Reference(tag) is not { } known) throw new FaultException(FaultKind.NotFound, $"tag does not exist: {tag.FamiliarString}");
            PushPlan plan = PushPlan.Of(known, options.Platform, store);
            foreach (var digest in plan.Blobs.Select(blob => blob.Descriptor).Concat(plan.Manifests).Append(plan.Target)) lease.Blobs.Hold(digest.Digest);
            await PushAsync(plan, tag, options.Auth, progress, ct).ConfigureAwait(false);
            Remember(known, tag, plan.Target);
            progress.Report(new PullProgress($"{tag.Tag}: digest: {plan.Target.Digest} size: {plan.Target.Size}"));
            pushed(new PushResult(tag.Tag!, plan.Target.Digest, plan.Target.Size, plan.InsteadOf is { } index ? new PushedInstead(index, plan.Target) : null));
        }
    }

    private List<ImageReference> Select(ImageReference reference)
    {
        if (reference.Digest is not null) throw new FaultException(FaultKind.InvalidArgument, "cannot push a digest reference");
        var names = store.Catalog.References.Select(known => ImageReference.Parse(known.Reference)).Where(known => known.Name == reference.Name).ToList();
        if (names.Count == 0) throw new FaultException(FaultKind.NotFound, $"An image does not exist locally with the tag: {reference.FamiliarName}");
        var tags = names.Where(known => known.Tag is not null && (reference.Tag is null || known.Tag == reference.Tag)).Order().ToList();
        return tags.Count > 0 ? tags
            : throw new FaultException(FaultKind.NotFound, reference.Tag is null ? $"no tags to push for {reference.FamiliarName}" : $"tag does not exist: {reference.FamiliarString}");
    }

    /// <summary>The registry has it under this digest now: a name of its own.</summary>
    private void Remember(ReferenceDocument known, ImageReference tag, Descriptor pushed)
    {
        Image image = store.Catalog.As(known);
        if (pushed.Digest == known.Target.Digest || pushed.Digest == image.Manifest.Digest) store.Put(image, [tag.WithDigest(pushed.Digest)], pushed);
        else if (store.Catalog.Index(known.Target.Digest)?.Members.FirstOrDefault(member => member.Manifest.Digest == pushed.Digest && member.Image is not null) is { } member)
            store.Put(store.Catalog.As(member), [tag.WithDigest(pushed.Digest)], pushed);
    }

    private async Task PushAsync(PushPlan plan, ImageReference tag, RegistryAuth? auth, SerialProgress progress, CancellationToken ct)
    {
        var sources = plan.Blobs.Where(blob => blob.ProgressId is not null).Select(blob => new MountSource(blob.Descriptor.Digest, SourceOf(blob.Descriptor.Digest, tag)))
            .DistinctBy(source => source.Blob).ToDictionary(source => source.Blob, source => source.Repository);
        Repository repository = registries.WritableRepository(tag, auth);
        var layers = plan.Blobs.Where(blob => blob.ProgressId is not null).ToList();
        foreach (var layer in layers) progress.Report(new PullProgress("Preparing", layer.ProgressId, ProgressDetail.None));

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = layers.Select(layer => PushBlobAsync(repository, tag, layer, sources.GetValueOrDefault(layer.Descriptor.Digest), progress, ended.Token)).ToList();
        try
        {
            await foreach (var first in Task.WhenEach(work).ConfigureAwait(false)) await first.ConfigureAwait(false);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        foreach (var config in plan.Blobs.Except(layers)) await PushBlobAsync(repository, tag, config, null, progress, ct).ConfigureAwait(false);
        foreach (var manifest in plan.Manifests)
        {
            if (MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType)) await PutAsync(repository, manifest.Digest.ToString(), manifest, ct).ConfigureAwait(false);
            else await PutUnknownAsync(repository, tag, manifest, progress, ct).ConfigureAwait(false);
        }
        await PutAsync(repository, tag.Tag!, plan.Target, ct).ConfigureAwait(false);
    }

    /// <summary>A manifest to a registry that takes any, else a blob: an index may name both.</summary>
    private async Task PutUnknownAsync(Repository repository, ImageReference tag, Descriptor document, SerialProgress progress, CancellationToken ct)
    {
        if (document.Size <= ImageStore.MaxManifestBytes)
        {
            try
            {
                await repository.PutManifestAsync(document.Digest.ToString(), document, store.Content.Read(document.Digest, ImageStore.MaxManifestBytes), ct).ConfigureAwait(false);
                return;
            }
            catch (RegistryException refused) when (refused.Kind is not FaultKind.PermissionDenied)
            {
                // its type, or what it says, is not one of a manifest there
            }
        }
        await PushBlobAsync(repository, tag, new PushBlob(document, null), null, progress, ct).ConfigureAwait(false);
    }

    /// <summary>With the bytes it came with. One that is about another is found from that: by the registry's list, or by ours in its stead.</summary>
    private async Task PutAsync(Repository repository, string tagOrDigest, Descriptor manifest, CancellationToken ct)
    {
        byte[] content = store.Content.Read(manifest.Digest, ImageStore.MaxManifestBytes);
        bool listed = await repository.PutManifestAsync(tagOrDigest, manifest, content, ct).ConfigureAwait(false);
        if (listed || MediaTypes.IsIndex(manifest.MediaType) || JsonSerializer.Deserialize(content, OciImageJson.Default.Manifest) is not { Subject: { } subject } about) return;
        await repository.AddReferrerAsync(subject.Digest, new Descriptor
        {
            MediaType = manifest.MediaType,
            Digest = manifest.Digest,
            Size = manifest.Size,
            ArtifactType = about.ArtifactType ?? about.Config.MediaType,
            Annotations = about.Annotations,
        }, ct).ConfigureAwait(false);
    }

    private async Task PushBlobAsync(Repository repository, ImageReference tag, PushBlob blob, string? source, SerialProgress progress, CancellationToken ct)
    {
        Descriptor descriptor = blob.Descriptor;
        using IDisposable slot = await slots.EnterAsync(() => Step("Waiting"), ct).ConfigureAwait(false);
        if (await repository.HasBlobAsync(descriptor.Digest, ct).ConfigureAwait(false))
        {
            Step("Layer already exists");
            return;
        }
        var pushing = blob.ProgressId is null ? null : new ByteProgress(progress, "Pushing", blob.ProgressId, descriptor.Size);
        bool mounted = false;
        await _uploads.SendAsync($"{tag.Name}@{descriptor.Digest}", async () =>
            mounted = await repository.UploadAsync(descriptor, () => store.Content.OpenRead(descriptor.Digest), source, bytes => pushing?.Report(bytes), ct).ConfigureAwait(false), ct).ConfigureAwait(false);
        Step(mounted ? $"Mounted from {source}" : "Pushed");

        void Step(string status)
        {
            if (blob.ProgressId is not null) progress.Report(new PullProgress(status, blob.ProgressId, ProgressDetail.None));
        }
    }

    /// <summary>Another repository of the same registry that has this blob, as far as we know: the registry can take it from there.</summary>
    private string? SourceOf(Digest blob, ImageReference target) => store.Catalog.Images
        .Where(image => image.Layers.Any(layer => layer.Blob.Digest == blob) || image.Artifact?.Any(part => part.Digest == blob) == true)
        .SelectMany(image => store.Catalog.WithAllNames(image).RepoDigests)
        .FirstOrDefault(name => name.Domain == target.Domain && name.Path != target.Path)?.Path;

    private sealed record MountSource(Digest Blob, string? Repository);
}
