using System.Text.Json;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What a registry has under a name.</summary>
/// <param name="Descriptor">Of the manifest or index.</param>
/// <param name="Platforms">Of an index all; of an image its own; none for what is no image.</param>
public sealed record RemoteImage(Descriptor Descriptor, IReadOnlyList<Platform> Platforms);

internal sealed class RemoteInspector(RegistryClient registries)
{
    internal async Task<RemoteImage> InspectAsync(ImageReference reference, RegistryAuth? auth, CancellationToken ct)
    {
        Repository repository = registries.Repository(reference, auth);
        reference = reference.WithDefaultTag();
        try
        {
            FetchedManifest fetched = await repository.ManifestAsync(reference.Digest?.ToString() ?? reference.Tag!, ct).ConfigureAwait(false);
            if (fetched.Index is { } index) return new RemoteImage(fetched.Descriptor, [.. index.Manifests.Where(manifest => manifest?.Platform is not null).Select(manifest => manifest.Platform!)]);
            return new RemoteImage(fetched.Descriptor, await PlatformAsync(repository, fetched.Manifest!, ct).ConfigureAwait(false) is { } platform ? [platform] : []);
        }
        catch (RegistryException e)
        {
            throw e.About(reference);
        }
    }

    private static async Task<Platform?> PlatformAsync(Repository repository, Manifest manifest, CancellationToken ct)
    {
        if (!MediaTypes.IsConfig(manifest.Config.MediaType) || manifest.Config.Size > ImageStore.MaxConfigBytes) return null;
        Stream blob = await repository.BlobAsync(manifest.Config, 0, _ => { }, ct).ConfigureAwait(false);
        await using (blob.ConfigureAwait(false))
        {
            byte[] content = new byte[manifest.Config.Size];
            await blob.ReadExactlyAsync(content, ct).ConfigureAwait(false);
            if (Digest.Of(content) != manifest.Config.Digest)
                throw new FaultException(FaultKind.Unavailable, $"config verification failed for digest {manifest.Config.Digest}: the registry sent {Digest.Of(content)}");
            return ConfigReader.Read(content, manifest.Config.Digest).Platform;
        }
    }
}
