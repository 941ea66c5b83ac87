using System.Net;
using System.Net.Http;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Distribution;

/// <summary>Asks the server that a registry's challenge names for a bearer token: by GET with a password or as a stranger, by POST with a refresh token.
/// distribution's docs/spec/auth/token.md and oauth.md.</summary>
internal sealed class TokenServer(HttpSender http, InsecureHosts insecureHosts, RegistryOptions options)
{
    private const string ClientId = "sampan";
    private const int MaxTokenBytes = 1 << 20;

    /// <param name="scope">Several are separated by spaces.</param>
    /// <param name="offline">Ask for a refresh token as well.</param>
    /// <returns>With a usable token.</returns>
    /// <exception cref="FaultException">PermissionDenied: refused. Unavailable: no answer, or one without a token.</exception>
    internal async Task<TokenResponse> AskAsync(Challenge challenge, RegistryEndpoint endpoint, RegistryAuth? auth, string scope, bool offline, CancellationToken ct)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm) || realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttp)
            throw new FaultException(FaultKind.Unavailable, $"registry '{endpoint.Base.Authority}' names no usable token server: realm '{challenge["realm"]}'");
        bool insecure = await insecureHosts.ContainsAsync(realm.Authority, ct).ConfigureAwait(false);
        if (auth is not null && realm.Scheme == Uri.UriSchemeHttp && !insecure)
            throw new FaultException(FaultKind.PermissionDenied, $"refused to send credentials to the token server '{realm}' by plain HTTP; add it to the insecure registries if that is wanted");
        bool own = realm.Authority == endpoint.Base.Authority;
        var trust = new Trust(insecure || own && endpoint.Insecure, own ? endpoint.Host.Certificates : endpoint.Host.Certificates.WithoutClients, endpoint.Host.DialTimeout);
        var question = new TokenQuestion(realm, challenge["service"], scope, offline, auth);
        HttpResponseMessage response = await SendAsync(question, question.HasRefreshToken, trust, ct).ConfigureAwait(false);
        // Servers without OAuth2 take the same secret as a password.
        if (question.HasRefreshToken && response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            response.Dispose();
            response = await SendAsync(question, post: false, trust, ct).ConfigureAwait(false);
        }
        using (response) return await ReadAsync(response, realm, ct).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(TokenQuestion question, bool post, Trust trust, CancellationToken ct)
    {
        for (int attempt = 1; ; attempt++)
        {
            HttpResponseMessage response = await http.SendAsync((to, home) => post ? question.Post(to) : question.Get(to, home), post ? question.Realm : question.GetAddress(ClientId), trust, ct).ConfigureAwait(false);
            if (!Backoff.IsWorthTrying(response.StatusCode) || attempt >= options.MaxAttempts || Backoff.Delay(options, attempt, response) is not { } delay) return response;
            response.Dispose();
            await Task.Delay(delay, ct).ConfigureAwait(false);
        }
    }

    private async Task<TokenResponse> ReadAsync(HttpResponseMessage response, Uri realm, CancellationToken ct)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            throw RegistryException.From(response, await Body.ReadErrorAsync(response, options.IdleTimeout, ct).ConfigureAwait(false));
        byte[] body = await Body.ReadAsync(response, MaxTokenBytes, "the token server's answer", options.IdleTimeout, ct).ConfigureAwait(false);
        TokenResponse? answer;
        try
        {
            answer = JsonSerializer.Deserialize(body, RegistryJson.Default.TokenResponse);
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"unable to decode token response of '{realm}': {e.Message}", e);
        }
        return answer?.Usable is not null ? answer : throw new FaultException(FaultKind.Unavailable, "authorization server did not include a token in the response");
    }

    /// <summary>What is asked, in both forms.</summary>
    private sealed record TokenQuestion(Uri Realm, string Service, string Scope, bool Offline, RegistryAuth? Auth)
    {
        internal bool HasRefreshToken => !string.IsNullOrEmpty(Auth?.Identitytoken);

        internal Uri GetAddress(string client)
        {
            string query = $"service={Uri.EscapeDataString(Service)}{string.Concat(Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => $"&scope={Uri.EscapeDataString(one)}"))}";
            if (Offline) query += $"&offline_token=true&client_id={client}";
            if (Auth?.Credentials is { } credentials) query = $"account={Uri.EscapeDataString(credentials.Username)}&{query}";
            return new UriBuilder(Realm) { Query = Realm.Query.Length > 1 ? $"{Realm.Query[1..]}&{query}" : query }.Uri;
        }

        internal HttpRequestMessage Get(Uri url, bool home)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url);
            if (!home) return request;
            if (Auth?.Credentials is { Password.Length: > 0 } credentials) request.Headers.Authorization = TokenSource.Basic(credentials);
            else if (HasRefreshToken) request.Headers.Authorization = TokenSource.Basic((Auth!.Username ?? "", Auth.Identitytoken!));
            return request;
        }

        internal HttpRequestMessage Post(Uri url) => new(HttpMethod.Post, url)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["refresh_token"] = Auth!.Identitytoken!,
                ["service"] = Service,
                ["scope"] = Scope,
                ["client_id"] = ClientId,
            }),
        };
    }
}
