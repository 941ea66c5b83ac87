using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Networks;

internal static class NetworkDisconnectCommand
{
    private static readonly Option<bool> Force = Options.Switch("force", 'f', "Take it out even when it cannot be asked");

    public static Command Define() => new()
    {
        Name = "network disconnect",
        Synopsis = "[OPTIONS] NETWORK CONTAINER",
        Summary = "Take a container out of a network",
        Options = [Force],
        Arguments = ArgumentCount.Exactly(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        await engine.Networks.DisconnectAsync(invocation.Arguments[0], new NetworkDisconnectRequest { Container = invocation.Arguments[1], Force = invocation.Get(Force) }, ct);
        return 0;
    }
}
