using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>Connects, and says why it could not in the words docker's users look up ("dial tcp 127.0.0.1:5000: connect: connection refused").</summary>
internal static class Dial
{
    /// <summary>To the first address of the host that answers; each of several gets its share of the time, for one that is silent must not keep from the others.</summary>
    internal static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, TimeSpan timeout, CancellationToken ct)
    {
        string host = context.DnsEndPoint.Host;
        IOException? last = null;
        IPAddress[] addresses = await ResolveAsync(host, ct).ConfigureAwait(false);
        foreach (var address in addresses)
        {
            var target = new IPEndPoint(address, context.DnsEndPoint.Port);
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var share = CancellationTokenSource.CreateLinkedTokenSource(ct);
            share.CancelAfter(timeout / addresses.Length);
            try
            {
                await socket.ConnectAsync(target, share.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = new IOException($"dial tcp {target}: {Words(e.SocketErrorCode)}", e);
            }
            catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
            {
                socket.Dispose();
                last = new IOException($"dial tcp {target}: i/o timeout", e);
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

    /// <summary>Nobody is there, or it is somebody else: another attempt at once will not help.</summary>
    internal static bool IsFinal(FaultException fault) => fault.Message.Contains(": dial tcp", StringComparison.Ordinal) || fault.Message.Contains(": tls: ", StringComparison.Ordinal)
        || fault.Message.EndsWith(NotTls, StringComparison.Ordinal);

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
            if (at is AuthenticationException) return TlsReason(at);
            if (at is OperationCanceledException or TimeoutException) return "net/http: request canceled (timeout exceeded while awaiting headers)";
            if (at is SocketException { SocketErrorCode: SocketError.ConnectionReset }) return "read: connection reset by peer";
            if (at is HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded }) return "EOF";
            if (at is IOException && url.Scheme == Uri.UriSchemeHttps && at.Message.Contains("frame", StringComparison.Ordinal)) return NotTls;
        }
        return e.Message;
    }

    private const string NotTls = "http: server gave HTTP response to HTTPS client";

    private static string TlsReason(Exception e)
    {
        if (e.Message.StartsWith("x509: ", StringComparison.Ordinal)) return $"tls: failed to verify certificate: {e.Message}";
        string text = e.Message + e.InnerException?.Message;
        bool notTls = text.Contains("frame", StringComparison.Ordinal) || text.Contains("wrong version number", StringComparison.Ordinal);
        return notTls ? NotTls : $"tls: {e.Message}";
    }
}
