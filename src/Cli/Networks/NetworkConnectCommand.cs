using Sampan.Cli.Containers.Creation;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Networks;

internal static class NetworkConnectCommand
{
    private static readonly Option<IReadOnlyList<string>> Alias = Options.List("alias", '\0', "Another name of the container in the network");
    private static readonly Option<IReadOnlyList<string>> DriverOption = Options.List("driver-opt", '\0', "Option of the network's driver: key=value");
    private static readonly Option<long> GatewayPriority = Options.Integer("gw-priority", '\0', "The network with the highest gives the default route");
    private static readonly Option<string> Ip = Options.Text("ip", '\0', "IPv4 address");
    private static readonly Option<string> Ip6 = Options.Text("ip6", '\0', "IPv6 address");
    private static readonly Option<IReadOnlyList<string>> Link = Options.List("link", '\0', "Link to another container: name[:alias]", NetworkSyntax.CheckLink);
    private static readonly Option<IReadOnlyList<string>> LinkLocal = Options.List("link-local-ip", '\0', "Link-local address");

    public static Command Define() => new()
    {
        Name = "network connect",
        Synopsis = "[OPTIONS] NETWORK CONTAINER",
        Summary = "Put a container into a network",
        Options = [Alias, DriverOption, GatewayPriority, Ip, Ip6, Link, LinkLocal],
        Arguments = ArgumentCount.Exactly(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var options = KeyValues.Parse(invocation.Get(DriverOption));
        var engine = await invocation.ConnectAsync(ct);
        await engine.Networks.ConnectAsync(invocation.Arguments[0], new NetworkConnectRequest
        {
            Container = invocation.Arguments[1],
            EndpointConfig = new EndpointSettings
            {
                IpamConfig = new EndpointIpamConfig { IPv4Address = invocation.Get(Ip), IPv6Address = invocation.Get(Ip6), LinkLocalIPs = invocation.Get(LinkLocal) },
                Links = invocation.Get(Link),
                Aliases = invocation.Get(Alias),
                DriverOpts = options.Count > 0 ? options : null,
                GwPriority = (int)invocation.Get(GatewayPriority),
            },
        }, ct);
        return 0;
    }
}
