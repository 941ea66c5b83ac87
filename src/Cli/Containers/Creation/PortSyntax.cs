using System.Globalization;
using System.Net;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Containers.Creation;

/// <summary>-p [[ip:]host:]container[/protocol] and --expose, with ranges on both sides.</summary>
internal sealed class PortSyntax
{
    private readonly Dictionary<string, EmptyObject> _exposed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<PortBinding>> _bindings = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, EmptyObject> Exposed => _exposed;

    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?> Bindings =>
        _bindings.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<PortBinding>?)pair.Value);

    /// <exception cref="FormatException">Not that syntax, or ranges of different lengths.</exception>
    public void Publish(string text)
    {
        string spec = text.Contains('=', StringComparison.Ordinal) ? FromLongForm(text) : text;
        int slash = spec.LastIndexOf('/');
        string protocol = slash < 0 ? "tcp" : spec[(slash + 1)..].ToLowerInvariant();
        string rest = slash < 0 ? spec : spec[..slash];
        int last = rest.LastIndexOf(':');
        string container = rest[(last + 1)..], before = last < 0 ? "" : rest[..last];
        int next = before.LastIndexOf(':');
        string host = before[(next + 1)..], address = next < 0 ? "" : before[..next];
        if (address.StartsWith('[') && address.EndsWith(']')) address = address[1..^1];
        if (address.Length > 0 && !IPAddress.TryParse(address, out _)) throw new FormatException($"invalid IP address: {address}");
        if (container.Length == 0) throw new FormatException($"no port specified: {text}<empty>");
        var inside = Range(container, "containerPort");
        var outside = host.Length == 0 ? default : Range(host, "hostPort");
        bool many = host.Length > 0 && outside.Last - outside.First != inside.Last - inside.First;
        // One container port may be given a range of the host to choose from.
        if (many && inside.First != inside.Last) throw new FormatException($"invalid ranges specified for container and host Ports: {container} and {host}");
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new FormatException($"invalid proto: {protocol}");
        for (int i = 0; i <= inside.Last - inside.First; i++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"{inside.First + i}/{protocol}");
            string hostPort = host.Length == 0 ? "" : many ? $"{outside.First}-{outside.Last}" : (outside.First + i).ToString(CultureInfo.InvariantCulture);
            _exposed[key] = default;
            if (!_bindings.TryGetValue(key, out var list)) _bindings.Add(key, list = []);
            list.Add(new PortBinding { HostIp = address, HostPort = hostPort });
        }
    }

    public void Expose(string text)
    {
        int slash = text.IndexOf('/');
        string protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant(), ports = slash < 0 ? text : text[..slash];
        if (text.Contains(':', StringComparison.Ordinal)) throw new FormatException($"invalid port format for --expose: {text}");
        if (!TryRange(ports, out var range))
            throw new FormatException($"invalid range format for --expose: {ports}, error: strconv.ParseUint: parsing {Grammar.Quoted.Of(ports)}: invalid syntax");
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new FormatException($"invalid proto: {protocol}");
        for (int port = range.First; port <= range.Last; port++) _exposed[string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}")] = default;
    }

    /// <summary>published=8080,target=80,protocol=udp.</summary>
    private static string FromLongForm(string text)
    {
        string published = "", target = "", protocol = "tcp";
        foreach (string field in text.Split(','))
        {
            int equals = field.IndexOf('=');
            if (equals <= 0) throw new FormatException($"invalid publish opts format (should be name=value but got '{field}')");
            string value = field[(equals + 1)..];
            switch (field[..equals])
            {
                case "published": published = value; break;
                case "target": target = value; break;
                case "protocol": protocol = value; break;
                default: throw new FormatException($"unknown publish option '{field}'; known are published, target and protocol");
            }
        }
        return $"{published}:{target}/{protocol}";
    }

    private static (int First, int Last) Range(string text, string what) =>
        TryRange(text, out var range) ? range : throw new FormatException($"invalid {what}: {text}");

    private static bool TryRange(string text, out (int First, int Last) range)
    {
        range = default;
        int dash = text.IndexOf('-');
        if (!TryPort(dash < 0 ? text : text[..dash], out int first)) return false;
        int last = first;
        if (dash >= 0 && !TryPort(text[(dash + 1)..], out last)) return false;
        range = (first, last);
        return last >= first;
    }

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= ushort.MaxValue;
}
