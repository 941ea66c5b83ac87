using Sampan.Distribution.Hosts;

namespace Sampan.Distribution;

/// <summary>Whom to believe over TLS, and who to be there.</summary>
/// <param name="Insecure">Certificates are not verified.</param>
/// <param name="DialTimeout">How long a connection may take; null: as the options say.</param>
internal sealed record Trust(bool Insecure, HostCertificates Certificates, TimeSpan? DialTimeout = null)
{
    internal string Key => $"{Insecure} {DialTimeout} {Certificates.Key}";

    /// <summary>At another host: the same authorities, but no certificate of ours.</summary>
    internal Trust Elsewhere => this with { Certificates = Certificates.WithoutClients };
}
