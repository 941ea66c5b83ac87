using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Connects, and says why it could not in the words docker's users look up ("dial tcp 127.0.0.1:5000: connect: connection refused").</summary>
internal static class Dial
{
    internal static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        string host = context.DnsEndPoint.Host;
        IOException? last = null;
        foreach (var address in await ResolveAsync(host, ct).ConfigureAwait(false))
        {
            var target = new IPEndPoint(address, context.DnsEndPoint.Port);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(target, ct).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = new IOException($"dial tcp {target}: {Words(e.SocketErrorCode)}", e);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last ?? NoSuchHost(host, null);
    }

    /// <summary>The failure of a whole request, told as <c>Get "URL": why</c>.</summary>
    internal static FaultException Fault(HttpMethod method, Uri url, Exception e) =>
        new(FaultKind.Unavailable, $"{Verb(method)} \"{url}\": {Reason(e, url)}", e);

    internal static string Verb(HttpMethod method) => method.Method[..1] + method.Method[1..].ToLowerInvariant();

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct)
    {
        if (IPAddress.TryParse(host, out var literal)) return [literal];
        try
        {
            return await Dns.GetHostAddressesAsync(host, ct).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw NoSuchHost(host, e);
        }
    }

    private static IOException NoSuchHost(string host, Exception? cause) => new($"dial tcp: lookup {host}: no such host", cause);

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connect: connection refused",
        SocketError.NetworkUnreachable => "connect: network is unreachable",
        SocketError.HostUnreachable => "connect: no route to host",
        SocketError.TimedOut => "i/o timeout",
        SocketError.ConnectionReset => "connect: connection reset by peer",
        SocketError.AccessDenied => "connect: permission denied",
        _ => $"connect: {error}",
    };

    private static string Reason(Exception e, Uri url)
    {
        for (Exception? at = e; at is not null; at = at.InnerException)
        {
            if (at is IOException && at.Message.StartsWith("dial tcp", StringComparison.Ordinal)) return at.Message;
            if (at is AuthenticationException) return TlsReason(at, url);
            if (at is OperationCanceledException or TimeoutException) return "net/http: request canceled (timeout exceeded while awaiting headers)";
            if (at is SocketException { SocketErrorCode: SocketError.ConnectionReset }) return "read: connection reset by peer";
            if (at is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }) return "EOF";
            if (at is IOException && url.Scheme == Uri.UriSchemeHttps && at.Message.Contains("frame", StringComparison.Ordinal)) return NotTls;
        }
        return e.Message;
    }

    private const string NotTls = "http: server gave HTTP response to HTTPS client";

    private static string TlsReason(Exception e, Uri url)
    {
        string text = e.Message + e.InnerException?.Message;
        if (text.Contains("frame", StringComparison.Ordinal) || text.Contains("wrong version number", StringComparison.Ordinal)) return NotTls;
        if (text.Contains("NameMismatch", StringComparison.Ordinal)) return $"tls: failed to verify certificate: x509: certificate is not valid for {url.Host}";
        if (text.Contains("RemoteCertificate", StringComparison.Ordinal)) return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
        return $"tls: {e.Message}";
    }
}
