using System.Text;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class TopCommand
{
    private const int LeastWidth = 20, Padding = 3;

    public static Command Define() => new()
    {
        Name = "top",
        Aliases = ["container top", "top"],
        Synopsis = "CONTAINER [ps OPTIONS]",
        Summary = "Show the processes of a container",
        Interspersed = false,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        var top = await engine.Containers.TopAsync(invocation.Arguments[0], string.Join(' ', invocation.Arguments.Skip(1)), ct);
        var table = new StringBuilder(string.Join('\t', top.Titles)).Append('\n');
        foreach (var process in top.Processes) table.Append(string.Join('\t', process)).Append('\n');
        invocation.Output.Write(TabWriter.Align(table.ToString(), LeastWidth, Padding));
        return 0;
    }
}
