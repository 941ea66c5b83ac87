using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Distribution;

/// <summary>Turns a registry's challenge and the user's credentials into an Authorization header. Keeps bearer tokens until they expire; who wants one
/// that is being asked for waits for it.</summary>
internal sealed class TokenSource(TokenServer server)
{
    private const int ShortestLifetimeSeconds = 60;
    private readonly ConcurrentDictionary<string, Kept> _tokens = new(StringComparer.Ordinal);

    /// <param name="scope">What the token shall allow; several are separated by spaces.</param>
    /// <returns>Null when the registry takes anonymous requests.</returns>
    /// <exception cref="FaultException">PermissionDenied: refused by the token server, or Basic credentials are wanted and there are none.</exception>
    internal async Task<AuthenticationHeaderValue?> AuthorizeAsync(RegistryEndpoint endpoint, RegistryAuth? auth, string scope, CancellationToken ct)
    {
        if (!string.IsNullOrEmpty(auth?.Registrytoken)) return new AuthenticationHeaderValue("Bearer", auth.Registrytoken);
        if (endpoint.Challenges.FirstOrDefault(challenge => challenge.IsBearer) is { } bearer)
            return new AuthenticationHeaderValue("Bearer", await TokenAsync(bearer, endpoint, auth, scope, ct).ConfigureAwait(false));
        if (!endpoint.Challenges.Any(challenge => challenge.IsBasic)) return null;
        return auth?.Credentials is { Password.Length: > 0 } credentials ? Basic(credentials) : throw new FaultException(FaultKind.PermissionDenied, "no basic auth credentials");
    }

    /// <summary>Forgets a token the registry no longer takes; one that came in its place stays.</summary>
    internal void Forget(AuthenticationHeaderValue? refused)
    {
        foreach (var (_, kept) in _tokens) kept.Forget(refused?.Parameter);
    }

    /// <summary>The authorization that a login tries, and the refresh token that may be kept instead of the password.</summary>
    /// <exception cref="FaultException">PermissionDenied: refused by the token server.</exception>
    internal async Task<(AuthenticationHeaderValue? Authorization, string? RefreshToken)> LoginAsync(RegistryEndpoint endpoint, RegistryAuth auth, CancellationToken ct)
    {
        if (endpoint.Challenges.FirstOrDefault(challenge => challenge.IsBearer) is not { } bearer)
            return (await AuthorizeAsync(endpoint, auth, "", ct).ConfigureAwait(false), null);
        TokenResponse answer = await server.AskAsync(bearer, endpoint, auth, "", offline: true, ct).ConfigureAwait(false);
        return (new AuthenticationHeaderValue("Bearer", answer.Usable), answer.RefreshToken);
    }

    internal static AuthenticationHeaderValue Basic((string Username, string Password) credentials) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}")));

    private async Task<string> TokenAsync(Challenge challenge, RegistryEndpoint endpoint, RegistryAuth? auth, string scope, CancellationToken ct)
    {
        // By the secrets themselves, for nobody may be given what another one's secret has opened.
        string key = string.Join('\n', challenge["realm"], challenge["service"], scope, auth?.Credentials?.Username, auth?.Credentials?.Password, auth?.Identitytoken);
        Kept kept = _tokens.GetOrAdd(key, _ => new Kept());
        await kept.Turn.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (kept.Usable is { } token) return token;
            TokenResponse answer = await server.AskAsync(challenge, endpoint, auth, scope, offline: false, ct).ConfigureAwait(false);
            kept.Keep(answer.Usable!, TimeSpan.FromSeconds(Math.Max(answer.ExpiresIn ?? 0, ShortestLifetimeSeconds) * 0.9));
            DropExpired(key);
            return answer.Usable!;
        }
        finally
        {
            kept.Turn.Release();
        }
    }

    private void DropExpired(string except)
    {
        foreach (var (key, kept) in _tokens)
            if (key != except && kept.IsExpired && kept.Turn.CurrentCount == 1) _tokens.TryRemove(key, out _);
    }

    private sealed class Kept
    {
        private readonly Lock _gate = new();   // guards the token and its end
        private string? _token;
        private DateTime _expires;

        /// <summary>Of who asks the server.</summary>
        internal SemaphoreSlim Turn { get; } = new(1);

        internal string? Usable
        {
            get
            {
                lock (_gate) return _expires > DateTime.UtcNow ? _token : null;
            }
        }

        internal bool IsExpired
        {
            get
            {
                lock (_gate) return _token is not null && _expires <= DateTime.UtcNow;
            }
        }

        internal void Keep(string token, TimeSpan lifetime)
        {
            lock (_gate) (_token, _expires) = (token, DateTime.UtcNow + lifetime);
        }

        internal void Forget(string? token)
        {
            lock (_gate)
                if (_token == token) _expires = default;
        }
    }
}
