using System.Globalization;
using System.Net;
using Sampan.Faults;
using Sampan.Networks;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Create;

/// <summary>Reads published ports: <c>-p [address:][host[-end]:]container[/protocol]</c> and <c>-P</c>.</summary>
internal static class PortPlan
{
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts. NotSupported: SCTP.</exception>
    public static IReadOnlyList<PortRequest> Make(ContainerConfig config, HostConfig host)
    {
        var result = new List<PortRequest>();
        foreach (var (port, bindings) in host.PortBindings ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
        {
            var (number, protocol) = ParsePort(port);
            foreach (var binding in bindings is { Count: > 0 } ? bindings : [new PortBinding()])
            {
                var (first, last) = ParseHostPorts(binding.HostPort);
                result.Add(new PortRequest(number, protocol, ParseAddress(binding.HostIp), first, last));
            }
        }
        if (host.PublishAllPorts)
        {
            foreach (string port in config.ExposedPorts?.Keys ?? [])
            {
                var (number, protocol) = ParsePort(port);
                if (!result.Any(request => request.ContainerPort == number && request.Protocol == protocol))
                    result.Add(new PortRequest(number, protocol));
            }
        }
        return result;
    }

    // 80/tcp    53/udp    80
    public static (ushort Port, PortProtocol Protocol) ParsePort(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !TryPort(parts[0], out ushort port))
            throw Invalid(text);
        return (port, (parts.Length > 1 ? parts[1].ToLowerInvariant() : "tcp") switch
        {
            "tcp" => PortProtocol.Tcp,
            "udp" => PortProtocol.Udp,
            "sctp" => throw new FaultException(FaultKind.NotSupported, $"not supported by this engine: publishing sctp port '{text}'"),
            _ => throw Invalid(text),
        });
    }

    public static string ToWire(PortProtocol protocol) => protocol switch { PortProtocol.Tcp => "tcp", PortProtocol.Udp => "udp", _ => "sctp" };

    // "" any    "8080"    "8080-8090" the first free one
    private static (ushort? First, ushort? Last) ParseHostPorts(string text)
    {
        if (text is "" or "0")
            return (null, null);
        string[] ends = text.Split('-');
        if (ends.Length > 2 || !TryPort(ends[0], out ushort first))
            throw Invalid(text);
        if (ends.Length == 1)
            return (first, null);
        return TryPort(ends[1], out ushort last) && last >= first ? (first, last) : throw Invalid(text);
    }

    private static bool TryPort(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port > 0;

    private static IPAddress? ParseAddress(string text) => text.Length == 0 ? null
        : IPAddress.TryParse(text, out var address) ? address
        : throw new FaultException(FaultKind.InvalidArgument, $"invalid IP address: {text}");

    private static FaultException Invalid(string text) => new(FaultKind.InvalidArgument, $"invalid port specification: \"{text}\"");
}
