using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Sampan.Distribution;

/// <summary>What <see cref="Trust"/> means to a TLS connection.</summary>
internal static class TlsOptions
{
    /// <exception cref="Sampan.Faults.FaultException">InvalidArgument: a certificate's file cannot be read.</exception>
    internal static SslClientAuthenticationOptions Of(Trust trust)
    {
        var options = new SslClientAuthenticationOptions();
        X509Certificate2Collection clients = trust.Certificates.LoadClients();
        if (clients.Count > 0)
        {
            options.ClientCertificates = clients;
            // The first is shown whatever authorities the server names: it is for this host alone.
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => clients[0];
        }
        if (trust.Insecure)
        {
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
            return options;
        }
        X509Certificate2Collection authorities = trust.Certificates.LoadAuthorities();
        options.RemoteCertificateValidationCallback = (connection, certificate, chain, errors) =>
        {
            if (errors is SslPolicyErrors.None || authorities.Count > 0 && IsBelow(authorities, certificate, chain, errors)) return true;
            using var own = certificate is null ? null : new X509Certificate2(certificate);
            throw new AuthenticationException(CertificateFault.Explain(own, errors, (connection as SslStream)?.TargetHostName ?? ""));
        };
        return options;
    }

    /// <summary>The right name, and issued by one of <paramref name="authorities"/>, which need not be known to the system.</summary>
    private static bool IsBelow(X509Certificate2Collection authorities, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is null || errors is not SslPolicyErrors.RemoteCertificateChainErrors) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var own = new X509Certificate2(certificate);
        return chain.Build(own);
    }
}
