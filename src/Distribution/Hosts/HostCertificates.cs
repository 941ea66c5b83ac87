using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sampan.Faults;

namespace Sampan.Distribution.Hosts;

/// <summary>Certificates for one registry, as files: authorities that are trusted beside the system's, and what a client shows of itself.</summary>
/// <param name="Authorities">PEM files.</param>
/// <param name="Clients">PEM files of a certificate and its key; they may be one file.</param>
internal sealed record HostCertificates(IReadOnlyList<string> Authorities, IReadOnlyList<(string Certificate, string Key)> Clients)
{
    internal static HostCertificates None { get; } = new([], []);

    internal bool IsNone => Authorities.Count + Clients.Count == 0;

    /// <summary>Changes when a file does.</summary>
    internal string Key => IsNone ? "" : string.Join(';', Authorities.Concat(Clients.SelectMany(pair => new[] { pair.Certificate, pair.Key }))
        .Select(path => $"{path}@{File.GetLastWriteTimeUtc(path).Ticks.ToString(CultureInfo.InvariantCulture)}"));

    /// <summary>For redirects to another host: it is not shown who we are here.</summary>
    internal HostCertificates WithoutClients => Clients.Count == 0 ? this : this with { Clients = [] };

    /// <summary>docker's layout: every *.crt is an authority; NAME.cert with NAME.key is a client's. moby's daemon/pkg/registry.</summary>
    /// <exception cref="FaultException">InvalidArgument: a certificate without its key, or the other way round.</exception>
    internal static HostCertificates InFolder(string folder)
    {
        string[] files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).ToArray();
        var clients = new List<(string, string)>();
        foreach (string file in files)
        {
            bool isCertificate = file.EndsWith(".cert", StringComparison.Ordinal);
            if (!isCertificate && !file.EndsWith(".key", StringComparison.Ordinal)) continue;
            string other = Path.ChangeExtension(file, isCertificate ? ".key" : ".cert");
            if (!files.Contains(other))
                throw new FaultException(FaultKind.InvalidArgument, $"missing {(isCertificate ? "key" : "client certificate")} {Path.GetFileName(other)} for {(isCertificate ? "client certificate" : "key")} {Path.GetFileName(file)}");
            if (isCertificate) clients.Add((file, other));
        }
        return new HostCertificates([.. files.Where(file => file.EndsWith(".crt", StringComparison.Ordinal))], clients);
    }

    /// <exception cref="FaultException">InvalidArgument: a file cannot be read.</exception>
    internal X509Certificate2Collection LoadAuthorities()
    {
        var all = new X509Certificate2Collection();
        foreach (string path in Authorities) Load(path, () => all.ImportFromPemFile(path));
        return all;
    }

    /// <exception cref="FaultException">InvalidArgument: a file cannot be read.</exception>
    internal X509Certificate2Collection LoadClients()
    {
        var all = new X509Certificate2Collection();
        foreach (var (certificate, key) in Clients) Load(certificate, () => all.Add(X509Certificate2.CreateFromPemFile(certificate, key)));
        return all;
    }

    private static void Load(string path, Action load)
    {
        try
        {
            load();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"cannot read the certificate '{path}': {e.Message}", e);
        }
    }
}
