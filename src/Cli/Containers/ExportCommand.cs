using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class ExportCommand
{
    private static readonly Option<string> Output = OutputFile.Option();

    public static Command Define() => new()
    {
        Name = "export",
        Aliases = ["container export", "export"],
        Synopsis = "[OPTIONS] CONTAINER",
        Summary = "Write a container's files to a tar",
        Options = [Output],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        await OutputFile.WriteAsync(invocation, invocation.Get(Output), "export container", async () =>
        {
            var engine = await invocation.ConnectAsync(ct);
            return await engine.Containers.ExportAsync(invocation.Arguments[0], ct);
        }, ct);
        return 0;
    }
}
