using System.Net;
using System.Net.Http;

namespace Sampan.Distribution;

/// <summary>HTTP_PROXY, HTTPS_PROXY and NO_PROXY as the daemon was started with; loopback is never asked by way of a proxy, as with Go's programs.</summary>
internal sealed class EnvironmentProxy : IWebProxy
{
    public ICredentials? Credentials { get => HttpClient.DefaultProxy.Credentials; set => HttpClient.DefaultProxy.Credentials = value; }

    public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || IPAddress.TryParse(host.IdnHost, out var address) && IPAddress.IsLoopback(address)
        || HttpClient.DefaultProxy.IsBypassed(host);
}
