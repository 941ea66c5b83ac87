using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class ContainerPruneCommand
{
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter('\0');
    private static readonly Option<bool> Force = Confirmation.Force();

    public static Command Define() => new()
    {
        Name = "container prune",
        Synopsis = "[OPTIONS]",
        Summary = "Remove every stopped container",
        Options = [Filter, Force],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (!invocation.Get(Force) && !Confirmation.Asked(invocation, "This will remove all stopped containers.")) return 0;
        var engine = await invocation.ConnectAsync(ct);
        var report = await engine.Containers.PruneAsync(ListOptions.ToFilters(invocation.Get(Filter)), ct);
        if (report.ContainersDeleted is { Count: > 0 } ids) invocation.Output.Write($"Deleted Containers:\n{string.Join('\n', ids)}\n\n");
        invocation.Output.WriteLine($"Total reclaimed space: {Human.Size(report.SpaceReclaimed)}");
        return 0;
    }
}
