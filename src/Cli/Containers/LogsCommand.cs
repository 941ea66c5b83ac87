using Sampan.Cli.Grammar;
using Sampan.EngineClient;

namespace Sampan.Cli.Containers;

internal static class LogsCommand
{
    private static readonly Option<bool> Details = Options.Switch("details", '\0', "Show the attributes that log options add");
    private static readonly Option<bool> Follow = Options.Switch("follow", 'f', "Go on as lines are written");
    private static readonly Option<string> Since = Options.Text("since", '\0', "Only from this time on: 2026-01-02T13:23:37Z, or 42m for 42 minutes ago");
    private static readonly Option<string> Until = Options.Text("until", '\0', "Only up to this time: 2026-01-02T13:23:37Z, or 42m for 42 minutes ago");
    private static readonly Option<string> Tail = Options.Text("tail", 'n', "Lines to show from the end", "all");
    private static readonly Option<bool> Timestamps = Options.Switch("timestamps", 't', "Show when each line was written");

    public static Command Define() => new()
    {
        Name = "logs",
        Aliases = ["container logs", "logs"],
        Synopsis = "[OPTIONS] CONTAINER",
        Summary = "Show what a container has written",
        Options = [Details, Follow, Since, Until, Tail, Timestamps],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        var container = await engine.Containers.InspectAsync(invocation.Arguments[0], ct);
        await using var logs = await engine.Containers.LogsAsync(container.Id, new LogsQuery
        {
            Follow = invocation.Get(Follow),
            Since = PointInTime.Read(invocation.Get(Since), invocation.Surroundings.Now, "since"),
            Until = PointInTime.Read(invocation.Get(Until), invocation.Surroundings.Now, "until"),
            Timestamps = invocation.Get(Timestamps),
            Details = invocation.Get(Details),
            Tail = invocation.Get(Tail),
        }, ct);
        var output = invocation.Output;
        if (container.Config!.Tty) await logs.CopyToAsync(output.Out, ct);
        else await MultiplexedStream.CopyAsync(logs, output.Out, output.Error, ct);
        return 0;
    }
}
