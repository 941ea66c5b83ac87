using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using Sampan.Distribution.Hosts;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Finds out, once per registry, by which scheme it answers and what credentials it wants. distribution-spec v1.1, § Determining Support.</summary>
internal sealed class EndpointFinder(HttpSender http, InsecureHosts insecureHosts, RegistryOptions options)
{
    private readonly ConcurrentDictionary<string, RegistryEndpoint> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="attempts">How often a host that is busy, or breaks its connection, is asked; who is not there is asked once.</param>
    /// <exception cref="FaultException">Unavailable: nothing there speaks the registry protocol.</exception>
    internal async Task<RegistryEndpoint> FindAsync(RegistryHost host, int attempts, CancellationToken ct)
    {
        if (_known.TryGetValue(host.Key, out var known)) return known;
        bool insecure = host.SkipVerify ?? await insecureHosts.ContainsAsync(host.Authority, ct).ConfigureAwait(false);
        string[] schemes = host.Scheme is { } given ? [given] : await SchemesAsync(host.Authority, insecure, ct).ConfigureAwait(false);
        for (int attempt = 1; ; attempt++)
        {
            Answer? best = null;
            foreach (string scheme in schemes)
            {
                Answer answer = await AskAsync(new RegistryEndpoint(host, host.BaseOf(scheme), insecure, []), attempt, ct).ConfigureAwait(false);
                if (answer.Problem is null) return _known[host.Key] = answer.Endpoint;
                // What plain HTTP says is what the user can act on, for an insecure registry usually has no other; unless it says that it wants TLS.
                if (best is null || answer.Wait is not null || best.Wait is null && (best.Problem is RegistryException || scheme == Uri.UriSchemeHttp && answer.Problem is not RegistryException)) best = answer;
                if (answer.Problem is RegistryException && answer.Wait is not null) break;   // busy, but it is the one
            }
            if (best!.Wait is not { } delay || attempt >= attempts) throw best.Problem!;
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    /// <summary>After a failed connection: ask again.</summary>
    internal void Forget(RegistryHost host) => _known.TryRemove(host.Key, out _);

    /// <summary>After a refusal: its challenge is the one to answer.</summary>
    internal void Learn(RegistryEndpoint endpoint, IReadOnlyList<Challenge> challenges)
    {
        if (challenges.Count > 0) _known[endpoint.Host.Key] = endpoint with { Challenges = challenges };
    }

    /// <summary>HTTPS alone, except for insecure registries. On loopback nobody can listen in and plain HTTP is the rule, so it comes first there.</summary>
    private static async Task<string[]> SchemesAsync(string authority, bool insecure, CancellationToken ct)
    {
        if (!insecure) return [Uri.UriSchemeHttps];
        return await InsecureHosts.IsLoopbackAsync(authority, ct).ConfigureAwait(false)
            ? [Uri.UriSchemeHttp, Uri.UriSchemeHttps]
            : [Uri.UriSchemeHttps, Uri.UriSchemeHttp];
    }

    private async Task<Answer> AskAsync(RegistryEndpoint endpoint, int attempt, CancellationToken ct)
    {
        try
        {
            using HttpResponseMessage response = await http.SendAsync((to, home) => RegistryRequest.Make(HttpMethod.Get, to, home ? endpoint.Host : null), endpoint.Base, endpoint.Trust, ct).ConfigureAwait(false);
            endpoint = endpoint with { Challenges = response.StatusCode is HttpStatusCode.Unauthorized ? Challenge.Of(response) : [] };
            if (!Backoff.IsWorthTrying(response.StatusCode))
            {
                // 400 is how a TLS server takes plain HTTP. Other refusals do not matter: what is asked next is answered for itself.
                return new(endpoint, response.StatusCode is HttpStatusCode.BadRequest && !endpoint.Host.IsMirror ? RegistryException.From(response, []) : null, null);
            }
            return new(endpoint, RegistryException.From(response, await Body.ReadErrorAsync(response, options.IdleTimeout, ct).ConfigureAwait(false)), Backoff.Delay(options, attempt, response));
        }
        catch (FaultException e) when (e is not RegistryException)
        {
            return new(endpoint, e, Dial.IsFinal(e) ? null : Backoff.Delay(options, attempt));
        }
    }

    /// <param name="Problem">Null: this is the one.</param>
    /// <param name="Wait">How long until it is worth another attempt; null: it is not.</param>
    private sealed record Answer(RegistryEndpoint Endpoint, FaultException? Problem, TimeSpan? Wait);
}
