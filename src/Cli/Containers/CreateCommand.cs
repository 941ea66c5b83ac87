using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class CreateCommand
{
    public static Command Define() => new()
    {
        Name = "create",
        Aliases = ["container create", "create"],
        Synopsis = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
        Summary = "Make a container without starting it",
        Options = CreationOptions.All,
        Interspersed = false,
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var request = ContainerCreation.ReadRequest(invocation);
        var engine = await invocation.ConnectAsync(ct);
        invocation.Output.WriteLine(await ContainerCreation.CreateAsync(engine, invocation, request, ct));
        return 0;
    }
}
