using System.Text;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class DiffCommand
{
    private static readonly string[] Kinds = ["C", "A", "D"]; // changed, added, deleted, as the API counts them

    public static Command Define() => new()
    {
        Name = "diff",
        Aliases = ["container diff", "diff"],
        Synopsis = "CONTAINER",
        Summary = "Show which files of its image a container has changed",
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        var text = new StringBuilder();
        foreach (var change in await engine.Containers.ChangesAsync(invocation.Arguments[0], ct))
            text.Append(Kinds.ElementAtOrDefault(change.Kind) ?? "").Append(' ').Append(change.Path).Append('\n');
        invocation.Output.Write(text.ToString());
        return 0;
    }
}
