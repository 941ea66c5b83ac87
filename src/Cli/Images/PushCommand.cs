using Sampan.Cli.Grammar;
using Sampan.Cli.Progress;

namespace Sampan.Cli.Images;

internal static class PushCommand
{
    private static readonly Option<bool> AllTags = Options.Switch("all-tags", 'a', "Every tag of the repository that is here");
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "Send this platform's manifest only: os[/arch[/variant]]");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Print the image's name only");

    public static Command Define() => new()
    {
        Name = "push",
        Aliases = ["image push", "push"],
        Synopsis = "[OPTIONS] NAME[:TAG]",
        Summary = "Send an image to a registry",
        Options = [AllTags, Platform, Quiet, ContentTrust.Disable],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var platform = PlatformOption.Read(invocation.Get(Platform));
        var reference = ImagePull.Parse(invocation.Arguments[0]);
        bool quiet = invocation.Get(Quiet), allTags = invocation.Get(AllTags);
        if (allTags && !reference.IsNameOnly) throw new CommandFailedException(1, "tag can't be used with --all-tags/-a");
        if (!allTags && reference.IsNameOnly && !quiet) invocation.Output.WriteLine($"Using default tag: {reference.WithDefaultTag().Tag}");
        if (!allTags) reference = reference.WithDefaultTag();
        if (reference.Digest is not null) throw new CommandFailedException(1, "cannot push a digest reference");
        var auth = RegistryCredentials.For(reference, invocation.Surroundings);
        if (platform is not null)
        {
            invocation.Output.Write(PushNotes.Note("Using --platform pushes only the specified platform manifest of a multi-platform image index.\n"
                + "Other components, like attestations, will not be included.\nTo push the complete multi-platform image, remove the --platform flag.\n"));
        }
        var engine = await invocation.ConnectAsync(ct);
        int? columns = invocation.Surroundings.OutputTerminal is null ? null : invocation.Surroundings.Columns;
        var pushed = new PushNotes();
        await new ProgressDisplay(quiet ? Stream.Null : invocation.Output.Out, columns) { OnAux = pushed.Read }
            .ShowAsync(engine.Images.PushAsync(reference.FamiliarName, allTags ? null : reference.Tag, platform, auth, ct), ct);
        if (quiet) invocation.Output.WriteLine(reference.ToString());
        invocation.Output.Write(pushed.Text);
        return 0;
    }
}
