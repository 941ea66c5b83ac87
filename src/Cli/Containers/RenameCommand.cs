using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class RenameCommand
{
    public static Command Define() => new()
    {
        Name = "rename",
        Aliases = ["container rename", "rename"],
        Synopsis = "CONTAINER NEW_NAME",
        Summary = "Give a container another name",
        Arguments = ArgumentCount.Exactly(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        await engine.Containers.RenameAsync(invocation.Arguments[0].Trim(), invocation.Arguments[1].Trim(), ct);
        return 0;
    }
}
