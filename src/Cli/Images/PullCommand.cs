using Sampan.Cli.Grammar;
using Sampan.Cli.Progress;

namespace Sampan.Cli.Images;

internal static class PullCommand
{
    private static readonly Option<bool> AllTags = Options.Switch("all-tags", 'a', "Every tag of the repository");
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "Platform of the image: os[/arch[/variant]]");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Print the image's name only");

    public static Command Define() => new()
    {
        Name = "pull",
        Aliases = ["image pull", "pull"],
        Synopsis = "[OPTIONS] NAME[:TAG|@DIGEST]",
        Summary = "Get an image from a registry",
        Options = [AllTags, Platform, Quiet, ContentTrust.Disable],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var reference = ImagePull.Parse(invocation.Arguments[0]);
        bool quiet = invocation.Get(Quiet);
        var output = quiet ? Stream.Null : invocation.Output.Out;
        int? columns = invocation.Surroundings.OutputTerminal is null ? null : invocation.Surroundings.Columns;
        if (invocation.Get(AllTags) && !reference.IsNameOnly) throw new CommandFailedException(1, "tag can't be used with --all-tags/-a");
        if (!invocation.Get(AllTags) && reference.IsNameOnly && !quiet)
            invocation.Output.WriteLine($"Using default tag: {reference.WithDefaultTag().Tag}");
        var engine = await invocation.ConnectAsync(ct);
        if (invocation.Get(AllTags))
        {
            var auth = RegistryCredentials.For(reference, invocation.Surroundings);
            await new ProgressDisplay(output, columns).ShowAsync(engine.Images.PullAsync(reference.FamiliarName, tag: null, invocation.Get(Platform), auth, ct), ct);
            invocation.Output.WriteLine(reference.Name);
            return 0;
        }
        await ImagePull.RunAsync(engine, invocation.Surroundings, invocation.Arguments[0], invocation.Get(Platform), output, columns, ct);
        invocation.Output.WriteLine(reference.WithDefaultTag().ToString());
        return 0;
    }
}
