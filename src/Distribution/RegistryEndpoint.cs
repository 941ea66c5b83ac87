using Sampan.Distribution.Hosts;

namespace Sampan.Distribution;

/// <summary>A host that answers for a registry, as found by asking its /v2/.</summary>
/// <param name="Base">scheme://authority/v2/</param>
/// <param name="Insecure">Certificates are not verified, and secrets may travel in plain HTTP.</param>
/// <param name="Challenges">What it wants to see from who comes anonymously; empty when nothing.</param>
internal sealed record RegistryEndpoint(RegistryHost Host, Uri Base, bool Insecure, IReadOnlyList<Challenge> Challenges)
{
    internal Trust Trust => new(Insecure, Host.Certificates, Host.DialTimeout);

    /// <summary>Whether an address is this host itself, reached in the same way: credentials, headers and certificates are for it alone.</summary>
    internal bool Owns(Uri url) => url.Authority == Base.Authority && url.Scheme == Base.Scheme;
}
