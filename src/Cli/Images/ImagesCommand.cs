using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Images;

internal static class ImagesCommand
{
    private const string Created = "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}";
    private const string Table = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t" + Created + "\t{{.Size}}";
    private const string TableWithDigest = "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t" + Created + "\t{{.Size}}";
    private static readonly Option<bool> All = Options.Switch("all", 'a', "Images without a name too");
    private static readonly Option<bool> Digests = Options.Switch("digests", '\0', "Show digests");
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Ids only");
    private static readonly Option<bool> Tree = Options.Switch("tree", '\0', "List the platforms of each image");

    public static Command Define() => new()
    {
        Name = "images",
        Aliases = ["image ls", "image list", "images"],
        Synopsis = "[OPTIONS] [REPOSITORY[:TAG]]",
        Summary = "List images",
        Options = [All, Digests, Filter, Format, NoTrunc, Quiet, Tree],
        Arguments = ArgumentCount.Between(0, 1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool digests = invocation.Get(Digests);
        var format = ListFormat.Of(invocation.Get(Format), digests ? TableWithDigest : Table, invocation.Get(Quiet));
        var filters = ListOptions.ToFilters(invocation.Get(Filter));
        if (invocation.Arguments is [var pattern]) filters.Add("reference", pattern);
        if (invocation.Get(Tree)) return await TreeAsync(invocation, filters, ct);
        var engine = await invocation.ConnectAsync(ct);
        var images = await engine.Images.ListAsync(invocation.Get(All), digests, filters, ct);
        bool needDigest = digests || format.Source.Contains("{{.Digest}}", StringComparison.Ordinal);
        var rows = images.SelectMany(image => ImageRow.Of(image, needDigest, digests));
        invocation.Output.Write(format.Render(ImageRow.Columns(!invocation.Get(NoTrunc), invocation.Surroundings.Now), rows));
        return 0;
    }

    private static async Task<int> TreeAsync(Invocation invocation, EngineClient.Filters filters, CancellationToken ct)
    {
        string? other = invocation.Get(Quiet) ? "--quiet" : invocation.Get(NoTrunc) ? "--no-trunc" : invocation.Get(Digests) ? "--show-digest" : invocation.Get(Format).Length > 0 ? "--format" : null;
        if (other is not null) throw new CommandFailedException(1, $"{other} is not yet supported with --tree");
        bool all = invocation.Get(All);
        var engine = await invocation.ConnectAsync(ct);
        var images = await engine.Images.ListAsync(all, digests: false, filters, ct, manifests: true);
        invocation.Output.Write(ImageTree.Render([.. images.Where(image => all || image.RepoTags.Count > 0)], invocation.Surroundings.Columns));
        return 0;
    }
}
