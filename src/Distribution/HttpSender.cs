using System.Collections.Concurrent;
using System.Net;
using System.Net.Http;

namespace Sampan.Distribution;

/// <summary>Sends single requests: connections, certificates, redirects and the time an answer may take.</summary>
internal sealed class HttpSender : IDisposable
{
    private const int MaxRedirects = 10;
    private const string UserAgent = "sampan";
    private readonly ConcurrentDictionary<string, Lazy<HttpMessageInvoker>> _invokers = new(StringComparer.Ordinal);   // by whom they trust
    private readonly RegistryOptions _options;
    private readonly ProxyRules _proxy;

    internal HttpSender(RegistryOptions options) => (_options, _proxy) = (options, new ProxyRules(options.Proxy ?? ProxyOptions.FromEnvironment()));

    /// <summary>The answer with its body still to read, whatever its status. Redirects are followed, without credentials once they have left the first authority.</summary>
    /// <param name="request">Makes the message for an address; told whether that is still the first authority.</param>
    /// <param name="followUploads">Follows 307 and 308 for requests with a body, too, which then another host may see.</param>
    /// <exception cref="Sampan.Faults.FaultException">Unavailable: no answer; <c>Get "URL": why</c>.</exception>
    internal async Task<HttpResponseMessage> SendAsync(Func<Uri, bool, HttpRequestMessage> request, Uri url, Trust trust, CancellationToken ct, bool followUploads = false)
    {
        Uri first = url;
        bool home = true;   // once away it stays so: who was redirected to does not say what is asked with our credentials
        for (int redirects = 0; ; redirects++)
        {
            HttpRequestMessage message = request(url, home);
            HttpResponseMessage response = await SendOnceAsync(message, home ? trust : trust.Elsewhere, ct).ConfigureAwait(false);
            bool reading = message.Method == HttpMethod.Get || message.Method == HttpMethod.Head;
            if (response.Headers.Location is not { } location || !IsRedirect(response.StatusCode, reading, followUploads)) return response;

            response.Dispose();
            if (redirects == MaxRedirects) throw Dial.Fault(message.Method, first, new HttpRequestException($"stopped after {MaxRedirects} redirects"));
            var next = new Uri(url, location);
            bool plain = next.Scheme == Uri.UriSchemeHttp;
            if (!plain && next.Scheme != Uri.UriSchemeHttps || plain && url.Scheme == Uri.UriSchemeHttps && !trust.Insecure)
                throw Dial.Fault(message.Method, first, new HttpRequestException($"refused the redirect from {url.Scheme} to '{next.GetLeftPart(UriPartial.Path)}'"));
            home &= next.Authority == first.Authority && next.Scheme == first.Scheme;
            url = next;
        }
    }

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values.Where(invoker => invoker.IsValueCreated)) invoker.Value.Dispose();
    }

    private static bool IsRedirect(HttpStatusCode status, bool reading, bool followUploads) => status switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther => reading,
        HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => reading || followUploads,
        _ => false,
    };

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, Trust trust, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        TimeSpan patience = message.Method == HttpMethod.Put ? _options.CommitTimeout : _options.IdleTimeout;
        limited.CancelAfter(patience);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        var upload = message.Content as UploadContent;
        // Bytes that go out show that it lives; after the last one it may have work to do.
        if (upload is not null) upload.Sent = (sent, whole) => limited.CancelAfter(whole ? patience : _options.IdleTimeout);
        try
        {
            return await Invoker(trust).SendAsync(message, limited.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw Dial.Fault(message.Method, message.RequestUri!, e);
        }
        finally
        {
            if (upload is not null) upload.Sent = null;
        }
    }

    private HttpMessageInvoker Invoker(Trust trust) =>
        _invokers.GetOrAdd(trust.Key, _ => new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(Handler(trust)))).Value;

    private SocketsHttpHandler Handler(Trust trust)
    {
        TimeSpan dialing = trust.DialTimeout ?? _options.ConnectTimeout;
        return new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = _proxy,
            AutomaticDecompression = DecompressionMethods.None,   // digests are of the bytes as they travel
            ConnectTimeout = dialing + _options.ConnectTimeout,   // with TLS
            ConnectCallback = (context, ct) => Dial.ConnectAsync(context, dialing, ct),
            Expect100ContinueTimeout = TimeSpan.FromMilliseconds(500),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            ActivityHeadersPropagator = null,
            SslOptions = TlsOptions.Of(trust),
        };
    }
}
