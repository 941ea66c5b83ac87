using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Fetches what is kept as it is: artifacts, and the attestations beside an image.</summary>
internal sealed class ArtifactFetch(ImageStore store, Repository repository, ManifestResolver manifests, Lease lease, IProgress<PullProgress> progress)
{
    internal async Task<Image> RunAsync(FetchedManifest fetched, CancellationToken ct)
    {
        IReadOnlyList<Descriptor> blobs = await FetchBlobsAsync(fetched.Manifest!, ct).ConfigureAwait(false);
        return ImageStore.MakeArtifact(fetched.Descriptor, blobs);
    }

    /// <summary>Everything of an index that is for no platform.</summary>
    internal async Task<IReadOnlyList<IndexMember>> AllOfAsync(Specs.Oci.Image.Index index, CancellationToken ct)
    {
        var members = new List<IndexMember>();
        foreach (var entry in index.Manifests) members.AddRange(await MembersAsync(entry, 1, ct).ConfigureAwait(false));
        return members;
    }

    /// <summary>What an index has to say about one of its manifests, and what it has that is of no type we know, so for no platform. A registry that has lost it is no
    /// reason not to run the image.</summary>
    internal async Task<IReadOnlyList<IndexMember>> BesideAsync(Specs.Oci.Image.Index index, Digest about, CancellationToken ct)
    {
        var members = new List<IndexMember>();
        foreach (var entry in index.Manifests.Where(entry => entry is not null && (Attestation.About(entry) == about || entry.Platform is null && IsUnknown(entry))))
        {
            try
            {
                members.AddRange(await MembersAsync(entry, 1, ct).ConfigureAwait(false));
            }
            catch (RegistryException lost) when (lost.Kind is FaultKind.NotFound)
            {
                // the index names it, and the registry no longer has it
            }
        }
        return members;
    }

    private async Task<IReadOnlyList<IndexMember>> MembersAsync(Descriptor entry, int depth, CancellationToken ct)
    {
        if (depth > IndexReader.MaxDepth) throw new FaultException(FaultKind.Unavailable, $"index {entry.Digest} lies more than {IndexReader.MaxDepth} indexes deep");
        if (IsUnknown(entry))
        {
            await FetchAsync(entry, repository.UnknownAsync, ct).ConfigureAwait(false);
            return [IndexMember.OfDocument(entry)];
        }
        FetchedManifest fetched = await manifests.FetchAsync(entry.Digest.ToString(), ct).ConfigureAwait(false);
        if (fetched.Manifest is { } manifest)
        {
            await FetchBlobsAsync(manifest, ct).ConfigureAwait(false);
            return [IndexMember.Of(entry, manifest, null)];
        }
        var members = new List<IndexMember> { IndexMember.OfDocument(entry) };
        foreach (var inside in fetched.Index!.Manifests) members.AddRange(await MembersAsync(inside, depth + 1, ct).ConfigureAwait(false));
        return members;
    }

    private async Task<IReadOnlyList<Descriptor>> FetchBlobsAsync(Manifest manifest, CancellationToken ct)
    {
        foreach (var blob in manifest.Layers.Prepend(manifest.Config).DistinctBy(blob => blob.Digest)) await FetchAsync(blob, BlobAsync, ct).ConfigureAwait(false);
        return [manifest.Config, .. manifest.Layers];
    }

    private static bool IsUnknown(Descriptor entry) => !MediaTypes.IsManifest(entry.MediaType) && !MediaTypes.IsIndex(entry.MediaType);

    private Task<Stream> BlobAsync(Descriptor blob, long offset, CancellationToken ct) => repository.BlobAsync(blob, offset, _ => { }, ct);

    private async Task FetchAsync(Descriptor blob, Func<Descriptor, long, CancellationToken, Task<Stream>> open, CancellationToken ct)
    {
        string id = blob.Digest.Hex[..12];
        bool here = store.Content.Size(blob.Digest) == blob.Size;
        progress.Report(new PullProgress(here ? "Already exists" : "Pulling fs layer", id, ProgressDetail.None));
        using BlobFetch fetch = store.Content.Fetch(blob, (offset, token) => open(blob, offset, token), lease);
        var downloading = new ByteProgress(progress, "Downloading", id, blob.Size);
        for (long seen = 0; !fetch.Completion.IsCompleted && seen < blob.Size; seen = fetch.Written)
        {
            await fetch.ChangedAsync(seen, ct).ConfigureAwait(false);
            downloading.Report(fetch.Written);
        }
        await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
        if (!here) progress.Report(new PullProgress("Pull complete", id, ProgressDetail.None));
    }
}
