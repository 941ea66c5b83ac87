using System.Globalization;
using System.Security.Cryptography;
using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>sampan image fsck: reads every blob that an image or name needs, compares it with its digest and size, and fetches what is damaged again, from
/// the repositories the image is known to come from; then compares every layer's files with the blob they were unpacked from.</summary>
internal sealed class ImageChecker(ImageStore store, RegistryClient registries, LayerChecker layers)
{
    private const int BufferBytes = 256 * 1024;

    /// <param name="credentials">For a registry's domain; null: anonymous.</param>
    /// <param name="uses">Every container and its image: what a running one stands on is not unpacked again.</param>
    /// <param name="found">Told of each problem as it is found.</param>
    internal async Task<CheckResult> CheckAsync(bool repair, Func<string, RegistryAuth?> credentials, Func<IEnumerable<ImageUse>> uses, IProgress<BlobProblem> found, CancellationToken ct)
    {
        using Lease lease = store.Content.Lease();
        var needed = NeededBlob.Of(store.Catalog);
        foreach (var blob in needed) lease.Hold(blob.Descriptor.Digest);
        var problems = new List<BlobProblem>();
        long bytes = 0;
        foreach (var blob in needed)
        {
            var (size, what) = await Task.Run(() => Verify(blob.Descriptor, ct), ct).ConfigureAwait(false);
            bytes += size;
            if (what is null) continue;
            var problem = new BlobProblem(blob.Descriptor.Digest, what, blob.Owner, null, null);
            if (repair) problem = await RepairAsync(problem, blob, credentials, lease, ct).ConfigureAwait(false);
            problems.Add(problem);
            found.Report(problem);
        }
        var damaged = problems.Where(problem => problem.Repaired is null).Select(problem => problem.Digest).ToHashSet();
        int compared = await Task.Factory.StartNew(() => layers.Check(repair, damaged, problem =>
        {
            problems.Add(problem);
            found.Report(problem);
        }, uses, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        return new CheckResult(needed.Count, compared, bytes, problems);
    }

    private (long Size, string? What) Verify(Descriptor blob, CancellationToken ct)
    {
        if (store.Content.Size(blob.Digest) is not { } size) return (0, "is missing");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            using FileStream file = store.Content.OpenRead(blob.Digest);
            byte[] buffer = new byte[BufferBytes];
            for (int got; (got = file.Read(buffer)) > 0;)
            {
                ct.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, got);
            }
        }
        catch (IOException e)
        {
            return (size, $"cannot be read: {e.Message}");
        }
        Digest digest = Digest.FromHash(hash.GetHashAndReset());
        if (digest != blob.Digest) return (size, $"is corrupt: its content has the digest {digest}");
        return (size, size == blob.Size ? null : string.Create(CultureInfo.InvariantCulture, $"has {size} bytes, it should have {blob.Size}"));
    }

    private async Task<BlobProblem> RepairAsync(BlobProblem problem, NeededBlob blob, Func<string, RegistryAuth?> credentials, Lease lease, CancellationToken ct)
    {
        if (blob.Sources.Count == 0) return problem with { WhyNot = "no registry is known to have it" };
        string why = "";
        foreach (var source in blob.Sources)
        {
            try
            {
                Repository repository = registries.Repository(source, credentials(source.Domain));
                if (blob.IsManifest)
                {
                    var fetched = await repository.ManifestAsync(blob.Descriptor.Digest.ToString(), ct).ConfigureAwait(false);
                    store.Content.Replace(blob.Descriptor.Digest, fetched.Content.Span);
                }
                else
                {
                    await store.Content.ReplaceAsync(blob.Descriptor, (offset, token) => repository.BlobAsync(blob.Descriptor, offset, _ => { }, token), lease, ct).ConfigureAwait(false);
                }
                return problem with { Repaired = $"fetched again from {source.FamiliarName}" };
            }
            catch (FaultException e)
            {
                why = e.Message;
            }
        }
        return problem with { WhyNot = why };
    }
}
