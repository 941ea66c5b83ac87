using Sampan.Cli.Grammar;

namespace Sampan.Cli.Networks;

internal static class NetworkRemoveCommand
{
    private static readonly Option<bool> Force = Options.Switch("force", 'f', "Do not mind when one is not there");

    public static Command Define() => new()
    {
        Name = "network rm",
        Aliases = ["network rm", "network remove"],
        Synopsis = "NETWORK [NETWORK...]",
        Summary = "Remove networks that no container is in",
        Options = [Force],
        Arguments = ArgumentCount.AtLeast(1),
        Run = (invocation, ct) => EachObject.RunAsync(invocation, (engine, name) => engine.Networks.RemoveAsync(name, ct), ct, forgiveAbsent: invocation.Get(Force), ending: "exit status 1"),
    };
}
