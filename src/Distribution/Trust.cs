using Sampan.Distribution.Hosts;

namespace Sampan.Distribution;

/// <summary>Whom to believe over TLS, and who to be there.</summary>
/// <param name="Insecure">Certificates are not verified.</param>
internal sealed record Trust(bool Insecure, HostCertificates Certificates)
{
    internal string Key => $"{Insecure} {Certificates.Key}";

    /// <summary>At another host: the same authorities, but no certificate of ours.</summary>
    internal Trust Elsewhere => this with { Certificates = Certificates.WithoutClients };
}
