using System.Net;
using System.Net.Http;
using Sampan.Distribution.Hosts;
using Sampan.Faults;

namespace Sampan.Distribution;

/// <summary>A file being downloaded from an ordinary web server: docker import's URL.</summary>
public sealed class RemoteFile : IDisposable
{
    private readonly HttpResponseMessage _response;

    private RemoteFile(HttpResponseMessage response, Stream content) => (_response, Content) = (response, content);

    public Stream Content { get; }

    /// <summary>Bytes; -1 when the server does not say.</summary>
    public long Length => _response.Content.Headers.ContentLength ?? -1;

    /// <exception cref="FaultException">NotFound, InvalidArgument, PermissionDenied, Unavailable; the message has the server's answer.</exception>
    internal static async Task<RemoteFile> OpenAsync(HttpSender http, Uri url, TimeSpan patience, CancellationToken ct)
    {
        HttpResponseMessage response = await http.SendAsync((to, _) => new HttpRequestMessage(HttpMethod.Get, to), url, new Trust(false, HostCertificates.None), ct).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return new RemoteFile(response, await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false));
        using (response)
        {
            byte[] body = await Body.ReadErrorAsync(response, patience, ct).ConfigureAwait(false);
            FaultKind kind = response.StatusCode switch
            {
                HttpStatusCode.NotFound => FaultKind.NotFound,
                HttpStatusCode.BadRequest => FaultKind.InvalidArgument,
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => FaultKind.PermissionDenied,
                _ => FaultKind.Internal,
            };
            throw new FaultException(kind, $"failed to GET {url} with status {(int)response.StatusCode} {response.ReasonPhrase}: {System.Text.Encoding.UTF8.GetString(body).Trim()}");
        }
    }

    public void Dispose()
    {
        Content.Dispose();
        _response.Dispose();
    }
}
