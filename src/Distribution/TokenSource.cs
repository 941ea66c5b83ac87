using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Distribution;

/// <summary>Turns a registry's challenge and the user's credentials into an Authorization header. Keeps bearer tokens until they expire.
/// distribution's docs/spec/auth/token.md and oauth.md.</summary>
internal sealed class TokenSource(HttpSender http, InsecureHosts insecureHosts)
{
    private const string ClientId = "sampan";
    private const int DefaultLifetimeSeconds = 60;
    private const int MaxTokenBytes = 1 << 20;
    private readonly ConcurrentDictionary<string, (string Token, DateTime Expires)> _tokens = new(StringComparer.Ordinal);

    /// <param name="scope">What the token shall allow; several are separated by spaces.</param>
    /// <returns>Null when the registry takes anonymous requests.</returns>
    /// <exception cref="FaultException">PermissionDenied: refused by the token server, or Basic credentials are wanted and there are none.</exception>
    internal async Task<AuthenticationHeaderValue?> AuthorizeAsync(RegistryEndpoint endpoint, RegistryAuth? auth, string scope, CancellationToken ct)
    {
        if (!string.IsNullOrEmpty(auth?.Registrytoken)) return new AuthenticationHeaderValue("Bearer", auth.Registrytoken);
        if (endpoint.Challenges.FirstOrDefault(challenge => challenge.IsBearer) is { } bearer)
            return new AuthenticationHeaderValue("Bearer", await TokenAsync(bearer, endpoint, auth, scope, ct).ConfigureAwait(false));
        if (!endpoint.Challenges.Any(challenge => challenge.IsBasic)) return null;
        return auth?.Credentials is { } credentials ? Basic(credentials) : throw new FaultException(FaultKind.PermissionDenied, "no basic auth credentials");
    }

    /// <summary>Forgets tokens the registry no longer takes.</summary>
    internal void Forget() => _tokens.Clear();

    /// <summary>The authorization that a login tries, and the refresh token that may be kept instead of the password.</summary>
    /// <exception cref="FaultException">PermissionDenied: refused by the token server.</exception>
    internal async Task<(AuthenticationHeaderValue? Authorization, string? RefreshToken)> LoginAsync(RegistryEndpoint endpoint, RegistryAuth auth, CancellationToken ct)
    {
        if (endpoint.Challenges.FirstOrDefault(challenge => challenge.IsBearer) is not { } bearer)
            return (await AuthorizeAsync(endpoint, auth, "", ct).ConfigureAwait(false), null);
        var (answer, token) = await AskAsync(bearer, endpoint, auth, "", offline: true, ct).ConfigureAwait(false);
        return (new AuthenticationHeaderValue("Bearer", token), answer.RefreshToken);
    }

    private async Task<string> TokenAsync(Challenge challenge, RegistryEndpoint endpoint, RegistryAuth? auth, string scope, CancellationToken ct)
    {
        string key = $"{challenge.Parameters.GetValueOrDefault("realm")} {challenge.Parameters.GetValueOrDefault("service")} {scope} {auth?.Credentials?.Username} {(auth is null ? 0 : HashCode.Combine(auth.Credentials, auth.Identitytoken))}";
        if (_tokens.TryGetValue(key, out var kept) && kept.Expires > DateTime.UtcNow) return kept.Token;
        var (answer, token) = await AskAsync(challenge, endpoint, auth, scope, offline: false, ct).ConfigureAwait(false);
        int lifetime = Math.Max(answer.ExpiresIn ?? DefaultLifetimeSeconds, DefaultLifetimeSeconds);
        _tokens[key] = (token, DateTime.UtcNow.AddSeconds(lifetime * 0.9));
        return token;
    }

    private async Task<(TokenResponse Answer, string Token)> AskAsync(Challenge challenge, RegistryEndpoint endpoint, RegistryAuth? auth, string scope, bool offline, CancellationToken ct)
    {
        string service = challenge.Parameters.GetValueOrDefault("service") ?? "";
        if (!Uri.TryCreate(challenge.Parameters.GetValueOrDefault("realm"), UriKind.Absolute, out var realm)
            || realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttp)
            throw new FaultException(FaultKind.Unavailable, $"registry '{endpoint.Base.Authority}' names no usable token server: realm '{challenge.Parameters.GetValueOrDefault("realm")}'");
        bool insecure = await insecureHosts.ContainsAsync(realm.Authority, ct).ConfigureAwait(false);
        if (auth is not null && realm.Scheme == Uri.UriSchemeHttp && !insecure)
            throw new FaultException(FaultKind.PermissionDenied, $"refused to send credentials to the token server '{realm}' by plain HTTP; add it to the insecure registries if that is wanted");
        var trust = new Trust(insecure, realm.Authority == endpoint.Base.Authority ? endpoint.Host.Certificates : endpoint.Host.Certificates.WithoutClients);
        using HttpResponseMessage response = await http.SendAsync((url, same) => Request(url, same, service, scope, auth), TokenUrl(realm, service, scope, auth, offline), trust, ct).ConfigureAwait(false);
        byte[] body = await Body.ReadAsync(response, MaxTokenBytes, "the token server's answer", ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK) throw RegistryException.From(response.StatusCode, response.ReasonPhrase, body);
        TokenResponse? answer = null;
        try
        {
            answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenResponse);
        }
        catch (JsonException)
        {
            // told below
        }
        string token = answer?.Token ?? answer?.AccessToken
            ?? throw new FaultException(FaultKind.Unavailable, $"token server '{realm}' answered without a token");
        return (answer!, token);
    }

    private static Uri TokenUrl(Uri realm, string service, string scope, RegistryAuth? auth, bool offline)
    {
        if (!string.IsNullOrEmpty(auth?.Identitytoken)) return realm;
        string query = $"service={Uri.EscapeDataString(service)}{string.Concat(scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => $"&scope={Uri.EscapeDataString(one)}"))}";
        if (offline) query += $"&offline_token=true&client_id={ClientId}";
        if (auth?.Credentials is { } credentials) query = $"account={Uri.EscapeDataString(credentials.Username)}&{query}";
        return new UriBuilder(realm) { Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query}" : query }.Uri;
    }

    private static HttpRequestMessage Request(Uri url, bool sameAuthority, string service, string scope, RegistryAuth? auth)
    {
        if (!string.IsNullOrEmpty(auth?.Identitytoken))
        {
            return new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["grant_type"] = "refresh_token",
                    ["refresh_token"] = auth.Identitytoken,
                    ["service"] = service,
                    ["scope"] = scope,
                    ["client_id"] = ClientId,
                }),
            };
        }
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (sameAuthority && auth?.Credentials is { } credentials) request.Headers.Authorization = Basic(credentials);
        return request;
    }

    internal static AuthenticationHeaderValue Basic((string Username, string Password) credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")));
}
