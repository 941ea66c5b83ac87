using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>Speaks to registries: distribution-spec v1.1 and Docker's registry API. Connections, tokens and what is known of a registry are shared by all
/// its repositories.</summary>
public sealed class RegistryClient : IDisposable
{
    private readonly HttpSender _http;

    public RegistryClient(RegistryOptions options)
    {
        Options = options;
        _http = new HttpSender(options);
        var insecureHosts = new InsecureHosts(options.InsecureRegistries);
        Endpoints = new EndpointFinder(_http, insecureHosts);
        Tokens = new TokenSource(_http, insecureHosts);
    }

    internal RegistryOptions Options { get; }

    internal HttpSender Http => _http;

    internal EndpointFinder Endpoints { get; }

    internal TokenSource Tokens { get; }

    /// <summary>The repository of <paramref name="reference"/>, seen with these credentials. Nothing is sent yet.</summary>
    public Repository Repository(ImageReference reference, RegistryAuth? auth) => new(this, reference.NameOnly(), auth, $"repository:{reference.Path}:pull");

    /// <summary>The same, to be written to, and read <paramref name="sources"/> of the same registry to mount blobs from.</summary>
    public Repository WritableRepository(ImageReference reference, RegistryAuth? auth, IEnumerable<string> sources) =>
        new(this, reference.NameOnly(), auth, string.Join(' ', sources.Select(source => $"repository:{source}:pull").Prepend($"repository:{reference.Path}:pull,push")));

    public void Dispose() => _http.Dispose();
}
