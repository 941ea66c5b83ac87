using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using Sampan.Distribution.Hosts;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Finds out, once per registry, by which scheme it answers and what credentials it wants. distribution-spec v1.1, § Determining Support.</summary>
internal sealed class EndpointFinder(HttpSender http, InsecureHosts insecureHosts)
{
    private readonly ConcurrentDictionary<string, RegistryEndpoint> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="FaultException">Unavailable: nothing there speaks the registry protocol.</exception>
    internal async Task<RegistryEndpoint> FindAsync(RegistryHost host, CancellationToken ct)
    {
        if (_known.TryGetValue(host.Key, out var known)) return known;
        bool insecure = host.SkipVerify ?? await insecureHosts.ContainsAsync(host.Authority, ct).ConfigureAwait(false);
        FaultException? problem = null;
        foreach (string scheme in host.Scheme is { } given ? [given] : await SchemesAsync(host.Authority, insecure, ct).ConfigureAwait(false))
        {
            try
            {
                return _known[host.Key] = await PingAsync(host, host.BaseOf(scheme), insecure, ct).ConfigureAwait(false);
            }
            catch (FaultException e)
            {
                // What plain HTTP says is what the user can act on: an insecure registry usually has no other.
                if (problem is null || scheme == Uri.UriSchemeHttp) problem = e;
            }
        }
        throw problem!;
    }

    /// <summary>After a failed connection: ask again.</summary>
    internal void Forget(RegistryHost host) => _known.TryRemove(host.Key, out _);

    /// <summary>After a refusal: its challenge is the one to answer.</summary>
    internal void Learn(RegistryEndpoint endpoint, HttpResponseMessage refusal)
    {
        if (ChallengesOf(refusal) is { Count: > 0 } challenges) _known[endpoint.Host.Key] = endpoint with { Challenges = challenges };
    }

    /// <summary>HTTPS alone, except for insecure registries. On loopback nobody can listen in and plain HTTP is the rule, so it comes first there.</summary>
    private static async Task<string[]> SchemesAsync(string authority, bool insecure, CancellationToken ct)
    {
        if (!insecure) return [Uri.UriSchemeHttps];
        return await InsecureHosts.IsLoopbackAsync(authority, ct).ConfigureAwait(false)
            ? [Uri.UriSchemeHttp, Uri.UriSchemeHttps]
            : [Uri.UriSchemeHttps, Uri.UriSchemeHttp];
    }

    private async Task<RegistryEndpoint> PingAsync(RegistryHost host, Uri url, bool insecure, CancellationToken ct)
    {
        var endpoint = new RegistryEndpoint(host, url, insecure, []);
        using HttpResponseMessage response = await http.SendAsync((to, _) => new HttpRequestMessage(HttpMethod.Get, to), url, endpoint.Trust, ct).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.OK) return endpoint;
        var challenges = ChallengesOf(response);
        if (response.StatusCode is HttpStatusCode.Unauthorized && challenges.Count > 0) return endpoint with { Challenges = challenges };
        // What lies below a path of its own need not have a page there.
        return host.IsMirror || host.Path != "/v2/" ? endpoint : throw RegistryException.From(response.StatusCode, response.ReasonPhrase, []);
    }

    private static IReadOnlyList<Challenge> ChallengesOf(HttpResponseMessage response) =>
        [.. response.Headers.WwwAuthenticate.Select(header => Challenge.Parse(header.Scheme, header.Parameter))];
}
