namespace Sampan.Distribution;

/// <summary>Where the registry of a reference's domain answers, as found by asking its /v2/.</summary>
/// <param name="Base">scheme://authority/v2/</param>
/// <param name="Insecure">Certificates are not verified, and secrets may travel in plain HTTP.</param>
/// <param name="Challenges">What it wants to see from who comes anonymously; empty when nothing.</param>
internal sealed record RegistryEndpoint(Uri Base, bool Insecure, IReadOnlyList<Challenge> Challenges)
{
    private const string HubDomain = "docker.io";
    private const string HubRegistry = "registry-1.docker.io";

    internal static string AuthorityOf(string domain) => domain is HubDomain ? HubRegistry : domain;

    internal static Uri BaseOf(string scheme, string authority) => new($"{scheme}://{authority}/v2/");
}
