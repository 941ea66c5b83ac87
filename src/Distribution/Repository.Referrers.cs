using System.Net;
using System.Net.Http;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

// distribution-spec v1.1, § Listing Referrers, and § Unavailable Referrers API for registries that came before it.
public sealed partial class Repository
{
    /// <summary>The manifests whose subject is <paramref name="subject"/>; none is no error.</summary>
    /// <param name="artifactType">Of this type only; null: all.</param>
    /// <exception cref="RegistryException">Code DENIED, …</exception>
    public async Task<IReadOnlyList<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken ct)
    {
        var all = await AskReferrersAsync(subject, artifactType, ct).ConfigureAwait(false) ?? await FallbackAsync(subject, ct).ConfigureAwait(false);
        // The registry need not filter.
        return [.. all.Where(referrer => artifactType is null || referrer.ArtifactType == artifactType)];
    }

    /// <summary>Writes a referrer down under the fallback tag of its subject, as a client has to where the registry keeps no list of its own.</summary>
    public async Task AddReferrerAsync(Digest subject, Descriptor referrer, CancellationToken ct)
    {
        var known = await FallbackAsync(subject, ct).ConfigureAwait(false);
        if (known.Any(other => other.Digest == referrer.Digest)) return;
        var index = new Specs.Oci.Image.Index { SchemaVersion = 2, MediaType = MediaTypes.OciIndex, Manifests = [.. known, referrer] };
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(index, OciImageJson.Default.Index);
        await PutManifestAsync(FallbackTag(subject), new Descriptor { MediaType = MediaTypes.OciIndex, Digest = Digest.Of(content), Size = content.Length }, content, ct).ConfigureAwait(false);
    }

    /// <returns>Null: the registry has no such list.</returns>
    private async Task<List<Descriptor>?> AskReferrersAsync(Digest subject, string? artifactType, CancellationToken ct)
    {
        var referrers = new List<Descriptor>();
        for (string? page = $"referrers/{subject}{(artifactType is null ? "" : "?artifactType=" + Uri.EscapeDataString(artifactType))}"; page is not null;)
        {
            HttpResponseMessage response;
            byte[] content;
            try
            {
                (response, content) = await _requests.GetAsync(page, Access.Resolve, _ => { }, MaxManifestBytes, $"the referrers of {subject}", ct).ConfigureAwait(false);
            }
            catch (RegistryException none) when (none.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
            {
                return null;
            }
            int before = referrers.Count;
            referrers.AddRange(ReadReferrers(content, subject));
            page = referrers.Count > before ? NextPage(response) : null;
        }
        return referrers;
    }

    private async Task<IReadOnlyList<Descriptor>> FallbackAsync(Digest subject, CancellationToken ct)
    {
        try
        {
            FetchedManifest fetched = await ManifestAsync(FallbackTag(subject), ct).ConfigureAwait(false);
            return [.. fetched.Index?.Manifests.Where(manifest => manifest is not null) ?? []];
        }
        catch (RegistryException none) when (none.Status is HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    // sha256:abc… → sha256-abc…
    private static string FallbackTag(Digest subject) => $"sha256-{subject.Hex}";

    private static IEnumerable<Descriptor> ReadReferrers(byte[] content, Digest subject)
    {
        try
        {
            return JsonSerializer.Deserialize(content, OciImageJson.Default.Index)?.Manifests.Where(manifest => manifest is not null) ?? [];
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"malformed list of the referrers of {subject}: {e.Message}", e);
        }
    }
}
