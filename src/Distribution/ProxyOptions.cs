namespace Sampan.Distribution;

/// <summary>Which proxies requests to registries go through.</summary>
/// <param name="Http">For http:// addresses: http://, https:// or socks5://, a user and a password in it where wanted; "": none.</param>
/// <param name="Https">For https:// addresses.</param>
/// <param name="Exceptions">Separated by commas: "*", addresses, CIDRs, a domain and what is below it, ".domain" for what is below it alone, each with a port where it matters.</param>
public sealed record ProxyOptions(string Http, string Https, string Exceptions)
{
    /// <summary>HTTP_PROXY, HTTPS_PROXY and NO_PROXY, or the same in lower case.</summary>
    public static ProxyOptions FromEnvironment() => new(Variable("HTTP_PROXY"), Variable("HTTPS_PROXY"), Variable("NO_PROXY"));

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : Environment.GetEnvironmentVariable(name.ToLowerInvariant()) ?? "";
}
