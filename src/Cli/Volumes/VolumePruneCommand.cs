using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Volumes;

internal static class VolumePruneCommand
{
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Those with a name too");
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter('\0');
    private static readonly Option<bool> Force = Confirmation.Force();

    public static Command Define() => new()
    {
        Name = "volume prune",
        Synopsis = "[OPTIONS]",
        Summary = "Remove every volume without a name that no container uses",
        Options = [All, Filter, Force],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool all = invocation.Get(All);
        var filters = ListOptions.ToFilters(invocation.Get(Filter));
        if (all && filters.Contains("all")) throw new CommandFailedException(1, "conflicting options: cannot specify both --all and --filter all=1");
        if (all) filters.Add("all", "true");
        if (!invocation.Get(Force) && !Confirmation.Asked(invocation, $"This will remove {(all ? "all" : "anonymous")} local volumes not used by at least one container.")) return 0;
        var engine = await invocation.ConnectAsync(ct);
        var report = await engine.Volumes.PruneAsync(filters, ct);
        if (report.VolumesDeleted is { Count: > 0 } names) invocation.Output.Write($"Deleted Volumes:\n{string.Join('\n', names)}\n\n");
        invocation.Output.WriteLine($"Total reclaimed space: {Human.Size(report.SpaceReclaimed)}");
        return 0;
    }
}
