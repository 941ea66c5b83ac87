using Sampan.Cli.Grammar;

namespace Sampan.Cli.Volumes;

internal static class VolumeRemoveCommand
{
    private static readonly Option<bool> Force = Options.Switch("force", 'f', "Do not mind when one is not there");

    public static Command Define() => new()
    {
        Name = "volume rm",
        Aliases = ["volume rm", "volume remove"],
        Synopsis = "[OPTIONS] VOLUME [VOLUME...]",
        Summary = "Remove volumes that no container uses",
        Options = [Force],
        Arguments = ArgumentCount.AtLeast(1),
        Run = (invocation, ct) => EachObject.RunAsync(invocation, (engine, name) => engine.Volumes.RemoveAsync(name, invocation.Get(Force), ct), ct),
    };
}
