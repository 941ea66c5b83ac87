using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Networks;

internal static class NetworkListCommand
{
    private const string Table = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}";
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Ids only");

    public static Command Define() => new()
    {
        Name = "network ls",
        Aliases = ["network ls", "network list"],
        Synopsis = "[OPTIONS]",
        Summary = "List networks",
        Options = [Filter, Format, NoTrunc, Quiet],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ListFormat.Of(invocation.Get(Format), Table, invocation.Get(Quiet));
        var engine = await invocation.ConnectAsync(ct);
        var networks = await engine.Networks.ListAsync(ListOptions.ToFilters(invocation.Get(Filter)), ct);
        invocation.Output.Write(format.Render(Columns(!invocation.Get(NoTrunc)), networks.OrderBy(network => network.Name, NaturalOrder.Comparer)));
        return 0;
    }

    private static Columns<NetworkInspect> Columns(bool truncate) => new(
        new("ID", "NETWORK ID", network => truncate ? Human.ShortId(network.Id) : network.Id),
        new("Name", "NAME", network => network.Name),
        new("Driver", "DRIVER", network => network.Driver),
        new("Scope", "SCOPE", network => network.Scope),
        new("IPv4", "IPV4", network => network.EnableIPv4 ? "true" : "false"),
        new("IPv6", "IPV6", network => network.EnableIPv6 ? "true" : "false"),
        new("Internal", "INTERNAL", network => network.Internal ? "true" : "false"),
        new("Labels", "LABELS", network => string.Join(',', (network.Labels ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal))),
        new("Label", "", _ => "") { WithArgument = (network, name) => network.Labels?.GetValueOrDefault(name) ?? "" },
        new("CreatedAt", "CREATED AT", network => Human.GoTime(network.Created)));
}
