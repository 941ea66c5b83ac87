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

    internal HttpSender(RegistryOptions options) => _options = options;

    /// <summary>The answer with its body still to read, whatever its status; redirects are followed, without credentials to another authority.</summary>
    /// <exception cref="Sampan.Faults.FaultException">Unavailable: no answer; <c>Get "URL": why</c>.</exception>
    internal async Task<HttpResponseMessage> SendAsync(Func<Uri, bool, HttpRequestMessage> request, Uri url, Trust trust, CancellationToken ct)
    {
        Uri first = url;
        for (int redirects = 0; ; redirects++)
        {
            bool sameAuthority = url.Authority == first.Authority && url.Scheme == first.Scheme;
            HttpRequestMessage message = request(url, sameAuthority);
            HttpResponseMessage response = await SendOnceAsync(message, sameAuthority ? trust : trust.Elsewhere, ct).ConfigureAwait(false);
            if (message.Method != HttpMethod.Get && message.Method != HttpMethod.Head) return response;
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || response.Headers.Location is not { } location) return response;

            response.Dispose();
            if (redirects == MaxRedirects) throw Dial.Fault(message.Method, first, new HttpRequestException($"stopped after {MaxRedirects} redirects"));
            var next = new Uri(url, location);
            bool plain = next.Scheme == Uri.UriSchemeHttp;
            if (!plain && next.Scheme != Uri.UriSchemeHttps || plain && url.Scheme == Uri.UriSchemeHttps && !trust.Insecure)
                throw Dial.Fault(message.Method, first, new HttpRequestException($"refused the redirect from {url.Scheme} to '{next.GetLeftPart(UriPartial.Path)}'"));
            url = next;
        }
    }

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values.Where(invoker => invoker.IsValueCreated)) invoker.Value.Dispose();
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage message, Trust trust, CancellationToken ct)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limited.CancelAfter(_options.IdleTimeout);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (message.Content is UploadContent upload) upload.Sent += _ => limited.CancelAfter(_options.IdleTimeout);
        try
        {
            return await Invoker(trust).SendAsync(message, limited.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || e is OperationCanceledException && !ct.IsCancellationRequested)
        {
            throw Dial.Fault(message.Method, message.RequestUri!, e);
        }
    }

    private HttpMessageInvoker Invoker(Trust trust) =>
        _invokers.GetOrAdd(trust.Key, _ => new Lazy<HttpMessageInvoker>(() => new HttpMessageInvoker(Handler(trust)))).Value;

    private SocketsHttpHandler Handler(Trust trust) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = new EnvironmentProxy(),
        AutomaticDecompression = DecompressionMethods.None,   // digests are of the bytes as they travel
        ConnectTimeout = _options.ConnectTimeout,
        ConnectCallback = Dial.ConnectAsync,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
        SslOptions = TlsOptions.Of(trust),
    };
}
