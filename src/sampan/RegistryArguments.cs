using System.Globalization;
using System.Net;
using Sampan.Distribution;
using Sampan.Engine;
using Sampan.Faults;

namespace Sampan;

/// <summary>The daemon's flags for registries, with dockerd's refusals of malformed ones, and what they mean to the registry client.</summary>
internal static class RegistryArguments
{
    internal static RegistryOptions OptionsOf(DaemonOptions daemon)
    {
        ProxyOptions usual = ProxyOptions.FromEnvironment();
        var options = new RegistryOptions
        {
            InsecureRegistries = daemon.InsecureRegistries,
            Mirrors = daemon.RegistryMirrors,
            MaxAttempts = daemon.MaxDownloadAttempts,
            Proxy = new ProxyOptions(daemon.HttpProxy ?? usual.Http, daemon.HttpsProxy ?? usual.Https, daemon.NoProxy ?? usual.Exceptions),
        };
        return daemon.RegistryConfigFolders.Count == 0 ? options : options with { HostFolders = daemon.RegistryConfigFolders };
    }

    // https://mirror.example    http://127.0.0.1:5000/
    internal static string Mirror(string value)
    {
        int scheme = value.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0) throw Invalid($"invalid mirror: no scheme specified for \"{value}\": must use either 'https://' or 'http://'");
        if (!Uri.TryCreate(value, UriKind.Absolute, out var url)) throw Invalid($"invalid mirror: \"{value}\" is not a valid URI");
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw Invalid($"invalid mirror: unsupported scheme \"{url.Scheme}\" in \"{value}\": must use either 'https://' or 'http://'");
        if (url.Query.Length > 0 || url.Fragment.Length > 0) throw Invalid($"invalid mirror: query or fragment at end of the URI \"{value}\"");
        if (url.UserInfo.Length > 0) throw Invalid("invalid mirror: username/password not allowed in URI");
        return value.TrimEnd('/') + "/";
    }

    // registry.example    registry.example:5000    [::1]:5000    10.0.0.0/8
    internal static string Insecure(string value)
    {
        string name = value.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? value[7..] : value.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? value[8..] : value;
        if (name.Contains("://", StringComparison.Ordinal)) throw Invalid($"insecure registry {value} should not contain '://'");
        if (name.StartsWith('-') || name.EndsWith('-')) throw Invalid($"invalid index name ({name}). Cannot begin or end with a hyphen");
        if (IPNetwork.TryParse(name, out _)) return name;
        bool plain = Uri.TryCreate("http://" + name, UriKind.Absolute, out var url) && url.AbsolutePath is "/" && !name.EndsWith('/') && url.UserInfo.Length == 0 && url.Query.Length == 0;
        return plain ? name : throw Invalid($"insecure registry {name} is not valid: invalid host \"{name}\"");
    }

    internal static int Concurrent(string what, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= 0 ? number : throw Invalid($"invalid max concurrent {what}: {value}");

    internal static int Attempts(string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw Invalid($"invalid max download attempts: {value}");

    private static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);
}
