using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;

namespace Sampan.Cli.Containers;

internal static class PsCommand
{
    private const string Table = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Stopped containers too");
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<long> Last = Options.Integer("last", 'n', "The newest so many, in any state", -1);
    private static readonly Option<bool> Latest = Options.Switch("latest", 'l', "The newest, in any state");
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Ids only");
    private static readonly Option<bool> Size = Options.Switch("size", 's', "Show sizes");

    public static Command Define() => new()
    {
        Name = "ps",
        Aliases = ["container ls", "container list", "container ps", "ps"],
        Synopsis = "[OPTIONS]",
        Summary = "List containers",
        Options = [All, Filter, Format, Last, Latest, NoTrunc, Quiet, Size],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string format = invocation.Get(Format);
        bool quiet = invocation.Get(Quiet);
        if (format.Length > 0 && quiet)
            invocation.Output.WriteErrorLine("WARNING: Ignoring custom format, because both --format and --quiet are set.");
        var columns = ContainerColumns.Make(!invocation.Get(NoTrunc), invocation.Surroundings.Now);
        if (format.Length > 0) ListFormat.Check(format, columns);
        bool size = invocation.Get(Size) || (!quiet && !invocation.Has(Size) && format.Contains(".Size", StringComparison.Ordinal));
        var list = ListFormat.Of(format, size && format.Length == 0 ? Table + "\t{{.Size}}" : Table, quiet);
        long limit = invocation.Get(Latest) && invocation.Get(Last) == -1 ? 1 : invocation.Get(Last);
        var engine = await invocation.ConnectAsync(ct);
        var containers = await engine.Containers.ListAsync(new ContainerListQuery
        {
            All = invocation.Get(All),
            Limit = limit > 0 ? (int)limit : null,
            Size = size,
            Filters = ListOptions.ToFilters(invocation.Get(Filter)),
        }, ct);
        invocation.Output.Write(list.Render(columns, containers));
        return 0;
    }
}
