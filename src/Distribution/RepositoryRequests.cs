using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using Sampan.Distribution.Hosts;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>Sends the requests of one repository: to the right host, with credentials, and again where that helps. Safe to call from several threads.</summary>
internal sealed class RepositoryRequests(RegistryClient client, ImageReference name, RegistryAuth? auth, string scope)
{
    private readonly ConcurrentDictionary<string, bool> _silent = new(StringComparer.Ordinal);   // mirrors that did not answer: not asked again
    private volatile string _scope = scope;
    private volatile bool _withoutMirrors;

    internal RegistryOptions Options => client.Options;

    /// <summary>Asks the registry itself from now on: what a mirror gave was no good.</summary>
    /// <returns>False when that is no change.</returns>
    internal bool LeaveMirrors()
    {
        if (_withoutMirrors || !client.Hosts.Of(name.Domain).Any(host => host.IsMirror)) return false;
        return _withoutMirrors = true;
    }

    /// <summary>Asks the hosts of the registry in their order: the next one when a mirror fails or does not have it.</summary>
    /// <param name="path">Below the repository; or an absolute path or address that a host answered with.</param>
    /// <param name="withoutMirrors">They have failed before.</param>
    internal async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Access access, Action<HttpRequestMessage> prepare, CancellationToken ct, bool withoutMirrors = false)
    {
        var hosts = HostsFor(access).Where(host => !host.IsMirror || !withoutMirrors && !_withoutMirrors && !_silent.ContainsKey(host.Key)).ToList();
        foreach (var mirror in hosts.SkipLast(1))
        {
            try
            {
                var response = await SendAsync(mirror, method, path, prepare, attempts: 1, extraScope: null, ct).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return response;
                response.Dispose();
            }
            catch (FaultException e) when (!ct.IsCancellationRequested)
            {
                // What the registry itself says is what the user is told.
                if (e is not RegistryException && Dial.IsFinal(e)) _silent[mirror.Key] = true;
            }
        }
        return await SendAsync(hosts[^1], method, path, prepare, client.Options.MaxAttempts, extraScope: null, ct).ConfigureAwait(false);
    }

    /// <summary>A small document, read whole.</summary>
    /// <exception cref="RegistryException">Refused.</exception>
    /// <exception cref="FaultException">Unavailable: no answer, or one of more than <paramref name="maxBytes"/>.</exception>
    internal async Task<(HttpResponseMessage Head, byte[] Content)> GetAsync(string path, Access access, Action<HttpRequestMessage> prepare, int maxBytes, string what, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, access, prepare, ct, withoutMirrors: attempt > 2).ConfigureAwait(false);
                if (response.StatusCode is not HttpStatusCode.OK) throw await FaultAsync(response, ct).ConfigureAwait(false);
                return (response, await Body.ReadAsync(response, maxBytes, what, Options.IdleTimeout, ct).ConfigureAwait(false));
            }
            catch (BrokenAnswerException) when (attempt < Options.MaxAttempts)
            {
                await Task.Delay(Backoff.Delay(Options, attempt), ct).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One request of an upload; it is not repeated when its connection breaks, for then its place is to be asked.</summary>
    /// <param name="extraScope">To be allowed beside what all requests are; null: nothing.</param>
    internal Task<HttpResponseMessage> SendUploadAsync(HttpMethod method, string path, Func<HttpContent?> content, string? extraScope, CancellationToken ct) =>
        SendAsync(HostsFor(Access.Push)[0], method, path, request =>
        {
            request.Content = content();
            // A refusal shall come before many bytes went for nothing.
            if (request.Content is UploadContent && request.Content.Headers.ContentLength > 256 * 1024) request.Headers.ExpectContinue = true;
        }, attempts: 1, extraScope, ct);

    internal async Task<FaultException> FaultAsync(HttpResponseMessage response, CancellationToken ct) =>
        RegistryException.From(response, response.RequestMessage?.Method == HttpMethod.Head ? [] : await Body.ReadErrorAsync(response, client.Options.IdleTimeout, ct).ConfigureAwait(false));

    private IReadOnlyList<RegistryHost> HostsFor(Access access)
    {
        var able = client.Hosts.Of(name.Domain).Where(host => access switch { Access.Resolve => host.Resolves && host.Pulls, Access.Pull => host.Pulls, _ => host.Pushes }).ToList();
        if (able.Count == 0) throw new FaultException(FaultKind.NotSupported, $"no host of the registry '{name.Domain}' is configured to {access.ToString().ToLowerInvariant()}");
        // A push goes to one place.
        return access is Access.Push ? [able[0]] : able;
    }

    /// <summary>Sends with credentials, and again: with new ones when a token has gone stale, after a while when the registry is busy or ill.</summary>
    private async Task<HttpResponseMessage> SendAsync(RegistryHost host, HttpMethod method, string path, Action<HttpRequestMessage> prepare, int attempts, string? extraScope, CancellationToken ct)
    {
        bool renewed = false;
        for (int attempt = 1; ; attempt++)
        {
            RegistryEndpoint endpoint = await client.Endpoints.FindAsync(host, host.IsMirror ? 1 : client.Options.MaxAttempts, ct).ConfigureAwait(false);
            Uri url = UrlOf(endpoint, path);
            HttpResponseMessage response;
            AuthenticationHeaderValue? authorization;
            try
            {
                authorization = await AuthorizeAsync(endpoint, method, url, extraScope is null ? _scope : $"{_scope} {extraScope}", ct).ConfigureAwait(false);
                response = await client.Http.SendAsync((to, home) =>
                {
                    home &= endpoint.Owns(url);
                    HttpRequestMessage request = RegistryRequest.Make(method, to, home ? host : null);
                    if (home) request.Headers.Authorization = authorization;
                    prepare(request);
                    return request;
                }, url, endpoint.Owns(url) ? endpoint.Trust : endpoint.Trust.Elsewhere, ct, followUploads: true).ConfigureAwait(false);
            }
            catch (FaultException e) when (e is not RegistryException && e.Kind is FaultKind.Unavailable && attempt < attempts)
            {
                client.Endpoints.Forget(host);
                await Task.Delay(Backoff.Delay(client.Options, attempt), ct).ConfigureAwait(false);
                continue;
            }
            if (response.StatusCode is HttpStatusCode.Unauthorized && !renewed && endpoint.Owns(url))
            {
                // A stale token; or a registry that lets anybody ask for /v2/ and challenges only here, or wants another scope than the usual.
                renewed = true;
                client.Tokens.Forget(authorization);
                if (LearnFrom(endpoint, Challenge.Of(response)) || authorization is not { Scheme: "Basic" })
                {
                    response.Dispose();
                    attempt--;
                    continue;
                }
            }
            if (!Backoff.IsWorthTrying(response.StatusCode) || attempt >= attempts
                || Backoff.Delay(client.Options, attempt, response) is not { } delay) return response;
            response.Dispose();
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    /// <returns>Whether the next request will be another one for it.</returns>
    private bool LearnFrom(RegistryEndpoint endpoint, IReadOnlyList<Challenge> challenges)
    {
        bool other = challenges.Count > 0 && !challenges.Select(challenge => challenge.Scheme).SequenceEqual(endpoint.Challenges.Select(challenge => challenge.Scheme), StringComparer.OrdinalIgnoreCase);
        client.Endpoints.Learn(endpoint, challenges);
        foreach (string wanted in challenges.Where(challenge => challenge.IsBearer).SelectMany(challenge => challenge["scope"].Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (IsCovered(wanted)) continue;
            _scope = $"{_scope} {wanted}";
            other = true;
        }
        return other;
    }

    // "repository:app:pull" is covered by "repository:app:pull,push"
    private bool IsCovered(string wanted)
    {
        int actions = wanted.LastIndexOf(':') + 1;
        return _scope.Split(' ').Any(mine => mine.StartsWith(wanted[..actions], StringComparison.Ordinal) && mine.LastIndexOf(':') + 1 == actions
            && wanted[actions..].Split(',').All(action => mine[actions..].Split(',').Contains(action)));
    }

    private Uri UrlOf(RegistryEndpoint endpoint, string path)
    {
        bool answered = path.StartsWith('/') || path.Contains("://", StringComparison.Ordinal);
        var url = new Uri(endpoint.Base, answered ? path : $"{name.Path}/{path}");
        if (answered) return Secured(endpoint, url);
        if (endpoint.Host.Namespace is not { } ns) return url;
        return new UriBuilder(url) { Query = $"{url.Query.TrimStart('?')}{(url.Query.Length > 1 ? "&" : "")}ns={Uri.EscapeDataString(ns)}" }.Uri;
    }

    /// <summary>An address that a registry behind HTTPS answered with. Many stand behind a proxy and do not know that they are spoken to by HTTPS: theirs is mended; others by plain HTTP are refused.</summary>
    private static Uri Secured(RegistryEndpoint endpoint, Uri url)
    {
        if (url.Scheme != Uri.UriSchemeHttp || endpoint.Base.Scheme != Uri.UriSchemeHttps) return url;
        if (url.Authority == endpoint.Base.Authority) return new UriBuilder(url) { Scheme = Uri.UriSchemeHttps, Port = endpoint.Base.Port }.Uri;
        return endpoint.Insecure ? url
            : throw new FaultException(FaultKind.PermissionDenied, $"refused to go on by plain HTTP at '{url.GetLeftPart(UriPartial.Path)}', where the registry '{endpoint.Base.Authority}' sent us");
    }

    private async Task<AuthenticationHeaderValue?> AuthorizeAsync(RegistryEndpoint endpoint, HttpMethod method, Uri url, string scope, CancellationToken ct)
    {
        try
        {
            // A registry may send an upload to another host, which our credentials are no business of; nor are they of a mirror.
            return !endpoint.Owns(url) ? null : await client.Tokens.AuthorizeAsync(endpoint, endpoint.Host.IsMirror ? null : auth, scope, ct).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            throw e.Told($"{Dial.Verb(method)} \"{url}\": {e.Message}");
        }
        catch (FaultException e) when (e.Kind is FaultKind.PermissionDenied)
        {
            throw new FaultException(FaultKind.PermissionDenied, $"{Dial.Verb(method)} \"{url}\": {e.Message}", e);
        }
    }
}
