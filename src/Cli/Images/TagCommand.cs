using Sampan.Cli.Grammar;

namespace Sampan.Cli.Images;

internal static class TagCommand
{
    public static Command Define() => new()
    {
        Name = "tag",
        Aliases = ["image tag", "tag"],
        Synopsis = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
        Summary = "Give an image another name",
        Arguments = ArgumentCount.Exactly(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string target = invocation.Arguments[1];
        var reference = ImagePull.Parse(target);
        if (reference.Digest is not null) throw new CommandFailedException(1, "refusing to create a tag with a digest reference");
        var engine = await invocation.ConnectAsync(ct);
        await engine.Images.TagAsync(invocation.Arguments[0], reference.FamiliarName, reference.WithDefaultTag().Tag, ct);
        return 0;
    }
}
