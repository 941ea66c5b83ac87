using Sampan.Distribution.Hosts;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>Speaks to registries: distribution-spec v1.1 and Docker's registry API. Connections, tokens and what is known of a registry are shared by all
/// its repositories.</summary>
public sealed class RegistryClient : IDisposable
{
    private readonly HttpSender _http;
    private volatile Setup _setup;

    public RegistryClient(RegistryOptions options)
    {
        _http = new HttpSender(options);
        _setup = new Setup(_http, options);
    }

    internal RegistryOptions Options => _setup.Options;

    internal HttpSender Http => _http;

    internal HostTable Hosts => _setup.Hosts;

    internal EndpointFinder Endpoints => _setup.Endpoints;

    internal TokenSource Tokens => _setup.Tokens;

    /// <summary>From now on registries are reached as these options say; proxies and times stay as they were. Requests under way end as they began.</summary>
    public void Reconfigure(RegistryOptions options) => _setup = new Setup(_http, options);

    internal Task<bool> IsInsecureAsync(string authority, CancellationToken ct) => _setup.InsecureHosts.ContainsAsync(authority, ct);

    /// <summary>The repository of <paramref name="reference"/>, seen with these credentials. Nothing is sent yet.</summary>
    public Repository Repository(ImageReference reference, RegistryAuth? auth) => new(this, reference.NameOnly(), auth, $"repository:{reference.Path}:pull");

    /// <summary>The same, to be written to.</summary>
    public Repository WritableRepository(ImageReference reference, RegistryAuth? auth) => new(this, reference.NameOnly(), auth, $"repository:{reference.Path}:pull,push");

    /// <summary>Checks credentials with the registry they are for: docker login.</summary>
    /// <param name="auth">Its server address says which registry; none means Docker Hub.</param>
    /// <returns>A refresh token to keep instead of the password, or "" when the registry gives none.</returns>
    /// <exception cref="RegistryException">Refused.</exception>
    /// <exception cref="FaultException">Unavailable: the registry cannot be reached. InvalidArgument: no server address.</exception>
    public Task<string> LoginAsync(RegistryAuth auth, CancellationToken ct) => new RegistryLogin(this).RunAsync(auth, ct);

    /// <summary>Repositories whose name or description has <paramref name="term"/>: docker search. Docker Hub has this, and registries with its old API v1.</summary>
    /// <param name="term">With a registry's host in front for another one than Docker Hub.</param>
    /// <param name="limit">1 to 100; 0: 25.</param>
    /// <exception cref="FaultException">InvalidArgument; Unavailable: no answer, or not one to a search.</exception>
    public Task<IReadOnlyList<RegistrySearchHit>> SearchAsync(string term, int limit, RegistryAuth? auth, CancellationToken ct) =>
        new RegistrySearch(this).RunAsync(term, limit, auth, ct);

    /// <summary>Any file of the web, by the same proxies and trust as registries.</summary>
    /// <exception cref="FaultException">NotFound, InvalidArgument, PermissionDenied, Unavailable.</exception>
    public Task<RemoteFile> DownloadAsync(Uri url, CancellationToken ct) => RemoteFile.OpenAsync(_http, url, Options.IdleTimeout, ct);

    public void Dispose() => _http.Dispose();

    /// <summary>What options make of the registries, with what was learned under them.</summary>
    private sealed class Setup
    {
        internal Setup(HttpSender http, RegistryOptions options)
        {
            Options = options;
            Hosts = new HostTable(options);
            InsecureHosts = new InsecureHosts(options.InsecureRegistries);
            Endpoints = new EndpointFinder(http, InsecureHosts, options);
            Tokens = new TokenSource(new TokenServer(http, InsecureHosts, options));
        }

        internal RegistryOptions Options { get; }
        internal HostTable Hosts { get; }
        internal InsecureHosts InsecureHosts { get; }
        internal EndpointFinder Endpoints { get; }
        internal TokenSource Tokens { get; }
    }
}
