using Sampan.Cli.Grammar;
using Sampan.EngineClient;
using Sampan.Faults;

namespace Sampan.Cli.Images;

internal static class RmiCommand
{
    private static readonly Option<bool> Force = Options.Switch("force", 'f', "Remove it although containers or other names use it");
    private static readonly Option<bool> NoPrune = Options.Switch("no-prune", '\0', "Keep parents without a name");
    private static readonly Option<IReadOnlyList<string>> Platform = Options.List("platform", '\0', "Remove this platform's image only", type: "strings");

    public static Command Define() => new()
    {
        Name = "rmi",
        Aliases = ["image rm", "image remove", "rmi"],
        Synopsis = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Remove images",
        Options = [Force, NoPrune, Platform],
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool force = invocation.Get(Force);
        var platforms = invocation.Get(Platform).SelectMany(text => text.Split(',')).Select(text => PlatformOption.Read(text)!).ToList();
        var engine = await invocation.ConnectAsync(ct);
        int exitCode = 0;
        foreach (string image in invocation.Arguments)
        {
            try
            {
                foreach (var removed in await engine.Images.RemoveAsync(image, force, invocation.Get(NoPrune), platforms, ct))
                    invocation.Output.WriteLine(removed.Deleted is { } deleted ? "Deleted: " + deleted : "Untagged: " + removed.Untagged);
            }
            catch (EngineException refusal)
            {
                invocation.Output.WriteErrorLine("Error response from daemon: " + refusal.Message);
                if (!force || refusal.Kind != FaultKind.NotFound) exitCode = 1;
            }
        }
        return exitCode;
    }
}
