using System.Globalization;
using System.Text;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

/// <summary>docker system df.</summary>
internal static class DiskUsageCommand
{
    private const string Table = "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> Verbose = Options.Switch("verbose", 'v', "Show each object");

    public static Command Define() => new()
    {
        Name = "system df",
        Synopsis = "[OPTIONS]",
        Summary = "Show what takes room on the disk",
        Options = [Format, Verbose],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool verbose = invocation.Get(Verbose);
        if (verbose && invocation.Get(Format).Length > 0) throw new CommandFailedException(1, "the verbose and the format options conflict here; choose one");
        var format = ListFormat.Of(invocation.Get(Format), Table, quiet: false);
        var engine = await invocation.ConnectAsync(ct);
        var usage = await engine.System.DiskUsageAsync(ct);
        invocation.Output.Write(verbose ? DiskUsageDetails.Of(usage, invocation.Surroundings.Now) : format.Render(Columns, Rows(usage)));
        return 0;
    }

    private static IEnumerable<Row> Rows(DiskUsageResponse usage)
    {
        var images = usage.Images ?? [];
        var containers = usage.Containers ?? [];
        var volumes = usage.Volumes ?? [];
        long used = images.Where(image => image.Containers > 0).Sum(image => image.Size - Math.Max(0, image.SharedSize));
        yield return new Row("Images", images.Count, images.Count(image => image.Containers > 0), usage.LayersSize, usage.LayersSize - used);
        bool Runs(ContainerSummary container) => container.State is "running" or "paused" or "restarting";
        yield return new Row("Containers", containers.Count, containers.Count(Runs), containers.Sum(container => container.SizeRw), containers.Where(container => !Runs(container)).Sum(container => container.SizeRw));
        yield return new Row("Local Volumes", volumes.Count, volumes.Count(volume => volume.UsageData?.RefCount > 0), volumes.Sum(volume => Math.Max(0, volume.UsageData?.Size ?? 0)),
            volumes.Where(volume => volume.UsageData?.RefCount == 0).Sum(volume => Math.Max(0, volume.UsageData?.Size ?? 0)));
        yield return new Row("Build Cache", 0, 0, 0, 0);
    }

    private static Columns<Row> Columns { get; } = new(
        new("Type", "TYPE", row => row.Type),
        new("TotalCount", "TOTAL", row => row.Total.ToString(CultureInfo.InvariantCulture)),
        new("Active", "ACTIVE", row => row.Active.ToString(CultureInfo.InvariantCulture)),
        new("Size", "SIZE", row => Human.Size(row.Size, 4)),
        new("Reclaimable", "RECLAIMABLE", row => row.Type == "Build Cache" || row.Size == 0 ? Human.Size(row.Reclaimable) : $"{Human.Size(row.Reclaimable)} ({row.Reclaimable * 100 / row.Size}%)"));

    private sealed record Row(string Type, int Total, int Active, long Size, long Reclaimable);
}
