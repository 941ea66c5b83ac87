using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

internal static class ImagePruneCommand
{
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Every image without a container, not only those without a name");
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter('\0');
    private static readonly Option<bool> Force = Confirmation.Force();

    public static Command Define() => new()
    {
        Name = "image prune",
        Synopsis = "[OPTIONS]",
        Summary = "Remove images that nothing uses",
        Options = [All, Filter, Force],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool all = invocation.Get(All);
        string warning = all ? "This will remove all images without at least one container associated to them." : "This will remove all dangling images.";
        if (!invocation.Get(Force) && !Confirmation.Asked(invocation, warning)) return 0;
        var filters = ListOptions.ToFilters(invocation.Get(Filter));
        filters.Add("dangling", all ? "false" : "true");
        var engine = await invocation.ConnectAsync(ct);
        var report = await engine.Images.PruneAsync(filters, ct);
        Print(invocation, report);
        invocation.Output.WriteLine($"Total reclaimed space: {Human.Size(report.SpaceReclaimed)}");
        return 0;
    }

    internal static void Print(Invocation invocation, ImagesPruneReport report)
    {
        if (report.ImagesDeleted is not { Count: > 0 } removed) return;
        invocation.Output.WriteLine("Deleted Images:");
        foreach (var item in removed) invocation.Output.WriteLine(item.Untagged is { Length: > 0 } name ? "untagged: " + name : "deleted: " + item.Deleted);
        invocation.Output.WriteLine("");
    }
}
