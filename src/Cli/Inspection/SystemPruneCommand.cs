using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Cli.Images;

namespace Sampan.Cli.Inspection;

/// <summary>docker system prune: containers, networks, volumes when asked, images.</summary>
internal static class SystemPruneCommand
{
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Every image without a container, not only those without a name");
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter('\0');
    private static readonly Option<bool> Force = Confirmation.Force();
    private static readonly Option<bool> Volumes = Options.Switch("volumes", '\0', "Anonymous volumes too");

    public static Command Define() => new()
    {
        Name = "system prune",
        Synopsis = "[OPTIONS]",
        Summary = "Remove all that nothing uses",
        Options = [All, Filter, Force, Volumes],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool all = invocation.Get(All), volumes = invocation.Get(Volumes);
        var conditions = invocation.Get(Filter);
        if (volumes && conditions.Any(condition => condition.StartsWith("until=", StringComparison.Ordinal)))
            throw new CommandFailedException(1, "ERROR: The \"until\" filter is not supported with \"--volumes\"");
        if (!invocation.Get(Force) && !Confirmation.Asked(invocation, Warning(all, volumes, conditions))) return 0;

        var engine = await invocation.ConnectAsync(ct);
        var containers = await engine.Containers.PruneAsync(ListOptions.ToFilters(conditions), ct);
        PrintDeleted(invocation, "Containers", containers.ContainersDeleted);
        PrintDeleted(invocation, "Networks", (await engine.Networks.PruneAsync(ListOptions.ToFilters(conditions), ct)).NetworksDeleted);
        ulong reclaimed = containers.SpaceReclaimed;
        if (volumes)
        {
            var removed = await engine.Volumes.PruneAsync(ListOptions.ToFilters(conditions), ct);
            PrintDeleted(invocation, "Volumes", removed.VolumesDeleted);
            reclaimed += (ulong)removed.SpaceReclaimed;
        }
        var filters = ListOptions.ToFilters(conditions);
        filters.Add("dangling", all ? "false" : "true");
        var images = await engine.Images.PruneAsync(filters, ct);
        ImagePruneCommand.Print(invocation, images);
        invocation.Output.WriteLine($"Total reclaimed space: {Human.Size(reclaimed + images.SpaceReclaimed)}");
        return 0;
    }

    private static void PrintDeleted(Invocation invocation, string what, IReadOnlyList<string>? names)
    {
        if (names is { Count: > 0 }) invocation.Output.Write($"Deleted {what}:\n{string.Join('\n', names)}\n\n");
    }

    private static string Warning(bool all, bool volumes, IReadOnlyList<string> conditions)
    {
        List<string> lines = ["This will remove:", "  - all stopped containers", "  - all networks not used by at least one container"];
        if (volumes) lines.Add("  - all anonymous volumes not used by at least one container");
        lines.Add(all ? "  - all images without at least one container associated to them" : "  - all dangling images");
        lines.Add(all ? "  - all build cache" : "  - unused build cache");
        lines.Add("");
        if (conditions.Count > 0) lines.AddRange(["  Items to be pruned will be filtered with:", .. conditions.Order(StringComparer.Ordinal).Select(condition => "  - " + condition), ""]);
        return string.Join('\n', lines);
    }
}
