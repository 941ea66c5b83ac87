using Sampan.Cli.Grammar;
using Sampan.Cli.Images;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Containers;

internal static class CommitCommand
{
    private static readonly Option<string> Author = Options.Text("author", 'a', "Who made it");
    private static readonly Option<IReadOnlyList<string>> Change = Options.List("change", 'c', "Dockerfile instruction for the image's config");
    private static readonly Option<string> Message = Options.Text("message", 'm', "Comment in the image's history");
    private static readonly Option<bool> Pause = Options.Switch("pause", 'p', "Pause the container meanwhile", value: true);

    public static Command Define() => new()
    {
        Name = "commit",
        Aliases = ["container commit", "commit"],
        Synopsis = "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]",
        Summary = "Make an image of what a container changed",
        Options = [Author, Change, Message, Pause],
        Interspersed = false,
        Arguments = ArgumentCount.Between(1, 2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        ImageReference? name = invocation.Arguments.Count > 1 ? ImagePull.Parse(invocation.Arguments[1]) : null;
        if (name?.Digest is not null) throw new CommandFailedException(1, "refusing to create a tag with a digest reference");
        var engine = await invocation.ConnectAsync(ct);
        invocation.Output.WriteLine(await engine.Containers.CommitAsync(invocation.Arguments[0], name?.FamiliarName, name?.WithDefaultTag().Tag,
            invocation.Get(Message), invocation.Get(Author), invocation.Get(Change), invocation.Get(Pause), ct));
        return 0;
    }
}
