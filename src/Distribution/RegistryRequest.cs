using System.Net.Http;
using Sampan.Distribution.Hosts;

namespace Sampan.Distribution;

/// <summary>A request of the registry protocol, before credentials and body.</summary>
internal static class RegistryRequest
{
    /// <param name="host">Whose configured headers it carries; null: it goes elsewhere.</param>
    internal static HttpRequestMessage Make(HttpMethod method, Uri url, RegistryHost? host)
    {
        var request = new HttpRequestMessage(method, url);
        // A digest is of the bytes as they lie there: nobody on the way shall compress them.
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        if (host is not null)
            foreach (var (name, value) in host.Headers) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }
}
