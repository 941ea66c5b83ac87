using Sampan.Cli.Grammar;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

internal static class RmCommand
{
    private static readonly Option<bool> Force = Options.Switch("force", 'f', "Kill it first when it runs, and do not mind when it is not there");
    private static readonly Option<bool> Link = Options.Switch("link", 'l', "Remove the link of this name");
    private static readonly Option<bool> Volumes = Options.Switch("volumes", 'v', "Remove its anonymous volumes too");

    public static Command Define() => new()
    {
        Name = "rm",
        Aliases = ["container rm", "container remove", "rm"],
        Synopsis = "[OPTIONS] CONTAINER [CONTAINER...]",
        Summary = "Remove containers",
        Options = [Force, Link, Volumes],
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool force = invocation.Get(Force);
        return await EachContainer.RunAsync(invocation, async (engine, container) =>
        {
            string name = container.Trim('/');
            if (name.Length == 0) throw new FaultException(FaultKind.InvalidArgument, "container name cannot be empty");
            await engine.Containers.RemoveAsync(name, force, invocation.Get(Volumes), invocation.Get(Link), ct);
            return container;
        }, ct, forgiveAbsent: force);
    }
}
