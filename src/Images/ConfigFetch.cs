using Sampan.Content;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Fetches an image's config into the store, and reads it.</summary>
internal sealed class ConfigFetch(ContentStore content, Repository repository, Lease lease)
{
    /// <exception cref="FaultException">Unavailable: too large or malformed.</exception>
    internal async Task<ImageConfig> RunAsync(Descriptor descriptor, CancellationToken ct)
    {
        if (descriptor.Size > ImageStore.MaxConfigBytes)
            throw new FaultException(FaultKind.Unavailable, $"config {descriptor.Digest} is too large: {descriptor.Size} bytes, the limit is {ImageStore.MaxConfigBytes}");
        using (BlobFetch fetch = content.Fetch(descriptor, (offset, token) => repository.BlobAsync(descriptor, offset, _ => { }, token), lease))
            await fetch.Completion.WaitAsync(ct).ConfigureAwait(false);
        return ConfigReader.Read(content.Read(descriptor.Digest, ImageStore.MaxConfigBytes), descriptor.Digest);
    }
}
