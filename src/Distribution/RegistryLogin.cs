using System.Net;
using System.Net.Http;
using Sampan.Distribution.Hosts;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Distribution;

/// <summary>Shows credentials to a registry, never to its mirrors, and sees whether it takes them.</summary>
internal sealed class RegistryLogin(RegistryClient client)
{
    private const string HubIndex = "index.docker.io";

    internal async Task<string> RunAsync(RegistryAuth auth, CancellationToken ct)
    {
        RegistryHost host = client.Hosts.Upstream(DomainOf(auth.Serveraddress));
        RegistryEndpoint endpoint = await client.Endpoints.FindAsync(host, client.Options.MaxAttempts, ct).ConfigureAwait(false);
        try
        {
            var (authorization, refreshToken) = await client.Tokens.LoginAsync(endpoint, auth, ct).ConfigureAwait(false);
            using HttpResponseMessage response = await client.Http.SendAsync((to, home) =>
            {
                HttpRequestMessage request = RegistryRequest.Make(HttpMethod.Get, to, home ? host : null);
                if (home) request.Headers.Authorization = authorization;
                return request;
            }, endpoint.Base, endpoint.Trust, ct).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.OK) return refreshToken ?? "";
            FaultKind kind = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? FaultKind.PermissionDenied : FaultKind.Unavailable;
            throw new FaultException(kind, $"login attempt to {endpoint.Base} failed with status: {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        catch (RegistryException e)
        {
            throw e.Told($"Get \"{endpoint.Base}\": {e.Message}");
        }
    }

    // https://index.docker.io/v1/    registry.example:5000    http://localhost:5000
    private static string DomainOf(string? address)
    {
        if (string.IsNullOrEmpty(address)) return "docker.io";
        if (!Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : "https://" + address, UriKind.Absolute, out var url))
            throw new FaultException(FaultKind.InvalidArgument, $"unable to parse server address '{address}'");
        return url.Authority is HubIndex or "docker.io" or "registry-1.docker.io" ? "docker.io" : url.Authority;
    }
}
