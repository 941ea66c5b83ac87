using Sampan.Cli.Grammar;
using Sampan.Cli.Progress;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

internal static class ImportCommand
{
    private static readonly Option<IReadOnlyList<string>> Change = Options.List("change", 'c', "Dockerfile instruction for the image's config");
    private static readonly Option<string> Message = Options.Text("message", 'm', "Comment in the image's history");
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "Platform of the image: os[/arch[/variant]]");

    public static Command Define() => new()
    {
        Name = "import",
        Aliases = ["image import", "import"],
        Synopsis = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
        Summary = "Make an image of a tar of files",
        Options = [Change, Message, Platform],
        Arguments = ArgumentCount.Between(1, 2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string source = invocation.Arguments[0];
        bool remote = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
        ImageReference? name = invocation.Arguments.Count > 1 ? ImagePull.Parse(invocation.Arguments[1]) : null;
        await using Stream? tar = remote ? null : source == "-" ? invocation.Surroundings.Input : InputFile.Open(source);
        var engine = await invocation.ConnectAsync(ct);
        var messages = engine.Images.ImportAsync(remote ? source : "-", name?.FamiliarName, name?.Tag, invocation.Get(Message), invocation.Get(Change), invocation.Get(Platform), tar, ct);
        await new ProgressDisplay(invocation.Output.Out, invocation.Surroundings.OutputTerminal is null ? null : invocation.Surroundings.Columns).ShowAsync(messages, ct);
        return 0;
    }
}
