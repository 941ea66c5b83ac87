using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Volumes;

internal static class VolumeListCommand
{
    private const string Table = "{{.Driver}}\t{{.Name}}", NotKnown = "N/A";
    private static readonly Option<bool> Cluster = Options.Switch("cluster", '\0', "Cluster volumes only", unsupported: true);
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Names only");

    private static readonly Columns<Volume> Columns = new(
        new("Name", "VOLUME NAME", volume => volume.Name),
        new("Driver", "DRIVER", volume => volume.Driver),
        new("Scope", "SCOPE", volume => volume.Scope),
        new("Availability", "AVAILABILITY", _ => NotKnown),
        new("Mountpoint", "MOUNTPOINT", volume => volume.Mountpoint),
        new("Labels", "LABELS", volume => string.Join(',', (volume.Labels ?? new Dictionary<string, string>()).Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal))),
        new("Label", "", _ => "") { WithArgument = (volume, name) => volume.Labels?.GetValueOrDefault(name) ?? "" },
        new("Links", "LINKS", volume => volume.UsageData?.RefCount.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? NotKnown),
        new("Size", "SIZE", volume => volume.UsageData is { } usage ? Human.Size(usage.Size) : NotKnown),
        new("Status", "STATUS", _ => NotKnown),
        new("Group", "GROUP", _ => NotKnown));

    public static Command Define() => new()
    {
        Name = "volume ls",
        Aliases = ["volume ls", "volume list"],
        Synopsis = "[OPTIONS]",
        Summary = "List volumes",
        Options = [Cluster, Filter, Format, Quiet],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ListFormat.Of(invocation.Get(Format), Table, invocation.Get(Quiet), "{{.Name}}");
        var engine = await invocation.ConnectAsync(ct);
        var list = await engine.Volumes.ListAsync(ListOptions.ToFilters(invocation.Get(Filter)), ct);
        invocation.Output.Write(format.Render(Columns, list.Volumes.OrderBy(volume => volume.Name, NaturalOrder.Comparer)));
        return 0;
    }
}
