using Sampan.Cli.Grammar;

namespace Sampan.Cli.Networks;

internal static class NetworkPruneCommand
{
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter('\0');
    private static readonly Option<bool> Force = Confirmation.Force();

    public static Command Define() => new()
    {
        Name = "network prune",
        Synopsis = "[OPTIONS]",
        Summary = "Remove every network of users that no container is in",
        Options = [Filter, Force],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (!invocation.Get(Force) && !Confirmation.Asked(invocation, "This will remove all custom networks not used by at least one container.")) return 0;
        var engine = await invocation.ConnectAsync(ct);
        var report = await engine.Networks.PruneAsync(ListOptions.ToFilters(invocation.Get(Filter)), ct);
        if (report.NetworksDeleted is { Count: > 0 } names) invocation.Output.Write($"Deleted Networks:\n{string.Join('\n', names)}\n\n");
        return 0;
    }
}
