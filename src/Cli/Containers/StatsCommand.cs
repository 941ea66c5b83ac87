using System.Collections.Concurrent;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

internal static class StatsCommand
{
    private const string Table = "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";
    private const string Home = "\u001b[H", ClearRestOfLine = "\u001b[K", ClearRestOfScreen = "\u001b[J";
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(500);
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Stopped containers too");
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> NoStream = Options.Switch("no-stream", '\0', "One reading, then end");
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");

    public static Command Define() => new()
    {
        Name = "stats",
        Aliases = ["container stats", "stats"],
        Synopsis = "[OPTIONS] [CONTAINER...]",
        Summary = "Show what containers use of CPU, memory, network and disks",
        Options = [All, Format, NoStream, NoTrunc],
        Arguments = ArgumentCount.Any,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ListFormat.Of(invocation.Get(Format), Table, quiet: false);
        var columns = StatsReading.Columns(!invocation.Get(NoTrunc));
        var engine = await invocation.ConnectAsync(ct);
        if (invocation.Get(NoStream))
        {
            var readings = (await NamesAsync(invocation, engine, ct)).Select(name => ReadAsync(engine, name, ct)).ToList();
            invocation.Output.Write(format.Render(columns, await Task.WhenAll(readings)));
            return 0;
        }
        await FollowAsync(invocation, engine, format, columns, ct);
        return 0;
    }

    // Named containers are followed to their end; without names, whatever runs at the moment.
    private static async Task FollowAsync(Invocation invocation, EngineApiClient engine, ListFormat format, Columns<StatsReading> columns, CancellationToken ct)
    {
        var followed = new ConcurrentDictionary<string, StatsReading>(StringComparer.Ordinal);
        var followers = new Dictionary<string, Task>(StringComparer.Ordinal);
        foreach (string name in invocation.Arguments) await engine.Containers.InspectAsync(name, ct); // one that is not there is an error at once
        do
        {
            var names = await NamesAsync(invocation, engine, ct);
            foreach (string name in names)
                if (!followers.TryGetValue(name, out var follower)) followers[name] = FollowOneAsync(engine, name, followed, ct);
                else if (follower.IsCompleted && invocation.Arguments.Count == 0) followers.Remove(name);
            foreach (string gone in followed.Keys.Except(names)) followed.TryRemove(gone, out _);
            string text = format.Render(columns, names.Where(followed.ContainsKey).Select(name => followed[name]));
            invocation.Output.Write(invocation.Surroundings.OutputTerminal is null ? text
                : Home + text.Replace("\n", ClearRestOfLine + "\n", StringComparison.Ordinal) + ClearRestOfScreen);
            if (invocation.Arguments.Count > 0 && followers.Values.All(follower => follower.IsCompleted)) return;
            await Task.Delay(Refresh, ct);
        }
        while (true);
    }

    private static async Task FollowOneAsync(EngineApiClient engine, string name, ConcurrentDictionary<string, StatsReading> followed, CancellationToken ct)
    {
        followed[name] = new StatsReading(name, null);
        try
        {
            await foreach (var stats in engine.Containers.FollowStatsAsync(name, ct)) followed[name] = new StatsReading(name, stats);
        }
        catch (FaultException)
        {
            followed[name] = new StatsReading(name, null); // it ended: shown so until the list no longer has it
        }
    }

    private static async Task<StatsReading> ReadAsync(EngineApiClient engine, string name, CancellationToken ct) => new(name, await engine.Containers.StatsAsync(name, ct));

    private static async Task<IReadOnlyList<string>> NamesAsync(Invocation invocation, EngineApiClient engine, CancellationToken ct)
    {
        if (invocation.Arguments.Count > 0) return invocation.Arguments;
        var containers = await engine.Containers.ListAsync(new ContainerListQuery { All = invocation.Get(All) }, ct);
        return [.. containers.Select(container => Human.ShortId(container.Id))];
    }
}
