using System.Globalization;
using System.Net;

namespace Sampan.Cli.Containers.Creation;

/// <summary>One network to join and what is asked of it.</summary>
internal sealed record NetworkAttachment(string Target)
{
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public IReadOnlyList<string> LinkLocalIps { get; init; } = [];

    public IReadOnlyDictionary<string, string>? DriverOptions { get; init; }

    public string Ip { get; init; } = "";

    public string Ip6 { get; init; } = "";

    public string MacAddress { get; init; } = "";

    public int GatewayPriority { get; init; }

    /// <summary>False for bridge, host, none, default and another container's.</summary>
    public bool IsUserDefined => Target is not ("default" or "bridge" or "host" or "none") && !Target.StartsWith("container:", StringComparison.Ordinal);
}

/// <summary>--network name, or name=…,alias=…,ip=…; --add-host and --dns.</summary>
internal static class NetworkSyntax
{
    public static NetworkAttachment Parse(string text)
    {
        if (!IsLongForm(text)) return new NetworkAttachment(text);
        var network = new NetworkAttachment("");
        foreach (string field in CsvRecord.Split(text))
        {
            int equals = field.IndexOf('=');
            if (equals <= 0) throw new FormatException($"invalid field {field}");
            string key = field[..equals].Trim().ToLowerInvariant(), value = field[(equals + 1)..].Trim().ToLowerInvariant();
            network = key switch
            {
                "name" => network with { Target = value },
                "alias" => network with { Aliases = [.. network.Aliases, value] },
                "ip" => network with { Ip = value },
                "ip6" => network with { Ip6 = value },
                "mac-address" => network with { MacAddress = value },
                "link-local-ip" => network with { LinkLocalIps = [.. network.LinkLocalIps, value] },
                "driver-opt" => network with { DriverOptions = WithOption(network, value) },
                "gw-priority" => network with { GatewayPriority = Priority(value) },
                _ => throw new FormatException("invalid field key " + key),
            };
        }
        return network.Target.Length > 0 ? network : throw new FormatException("network name/id is not specified");
    }

    /// <summary>name:address or name=address; the address may be host-gateway.</summary>
    public static string CheckHost(string text)
    {
        int separator = text.IndexOf('=');
        if (separator < 0) separator = text.IndexOf(':');
        if (separator <= 0) throw new FormatException($"bad format for add-host: {Grammar.Quoted.Of(text)}");
        string name = text[..separator], address = text[(separator + 1)..];
        if (address.Length > 2 && address[0] == '[' && address[^1] == ']') address = address[1..^1];
        if (address != "host-gateway" && !IPAddress.TryParse(address, out _))
            throw new FormatException($"invalid IP address in add-host: {Grammar.Quoted.Of(address)}");
        return $"{name}:{address}";
    }

    public static string CheckAddress(string text) => IPAddress.TryParse(text.Trim(), out var address) ? address.ToString()
        : throw new FormatException($"IP address is not correctly formatted: {text}");

    public static string CheckLink(string text) => text.Split(':').Length switch
    {
        _ when text.Length == 0 => throw new FormatException("empty string specified for links"),
        > 2 => throw new FormatException($"bad format for links: {text}"),
        _ => text,
    };

    /// <summary>A word, an equals sign and a word, anywhere: docker's test.</summary>
    private static bool IsLongForm(string text)
    {
        for (int at = text.IndexOf('='); at > 0; at = text.IndexOf('=', at + 1))
            if (at + 1 < text.Length && IsWord(text[at - 1]) && IsWord(text[at + 1])) return true;
        return false;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private static Dictionary<string, string> WithOption(NetworkAttachment network, string option)
    {
        int equals = option.IndexOf('=');
        if (equals <= 0) throw new FormatException("invalid key value pair format in driver options");
        var options = new Dictionary<string, string>(network.DriverOptions ?? new Dictionary<string, string>());
        options[option[..equals].Trim()] = option[(equals + 1)..].Trim();
        return options;
    }

    private static int Priority(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority) ? priority
            : throw new FormatException($"invalid gw-priority ({text}): invalid syntax");
}
