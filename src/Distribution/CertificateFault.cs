using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Sampan.Distribution;

/// <summary>Why a server's certificate is not believed, in the words of Go's crypto/x509, which docker's users look up.</summary>
internal static class CertificateFault
{
    internal static string Explain(X509Certificate2? certificate, SslPolicyErrors errors, string host)
    {
        if (certificate is null) return "x509: the server sent no certificate";
        DateTime now = DateTime.UtcNow, from = certificate.NotBefore.ToUniversalTime(), until = certificate.NotAfter.ToUniversalTime();
        if (now > until) return $"x509: certificate has expired or is not yet valid: current time {Time(now)} is after {Time(until)}";
        if (now < from) return $"x509: certificate has expired or is not yet valid: current time {Time(now)} is before {Time(from)}";
        return errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? WrongName(certificate, host) : "x509: certificate signed by unknown authority";
    }

    private static string WrongName(X509Certificate2 certificate, string host)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        bool isAddress = IPAddress.TryParse(host, out _);
        List<string> valid = names is null ? [] : isAddress ? [.. names.EnumerateIPAddresses().Select(address => address.ToString())] : [.. names.EnumerateDnsNames()];
        if (valid.Count > 0) return $"x509: certificate is valid for {string.Join(", ", valid)}, not {host}";
        return isAddress ? $"x509: cannot validate certificate for {host} because it doesn't contain any IP SANs" : $"x509: certificate is not valid for any names, but wanted to match {host}";
    }

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
