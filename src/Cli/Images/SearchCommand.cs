using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

internal static class SearchCommand
{
    private const string Table = "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";
    private const int DescriptionWidth = 45;
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<long> Limit = Options.Integer("limit", '\0', "How many at most");
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");

    public static Command Define() => new()
    {
        Name = "search",
        Synopsis = "[OPTIONS] TERM",
        Summary = "Find images on Docker Hub",
        Options = [Filter, Format, Limit, NoTrunc],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string term = invocation.Arguments[0];
        bool truncate = !invocation.Get(NoTrunc);
        var format = ListFormat.Of(invocation.Get(Format), Table, quiet: false);
        var auth = ImageReference.TryParse(term, out var reference) ? RegistryCredentials.For(reference!, invocation.Surroundings) : null;
        var engine = await invocation.ConnectAsync(ct);
        var hits = await engine.Images.SearchAsync(term, (int)invocation.Get(Limit), ListOptions.ToFilters(invocation.Get(Filter)), auth, ct);
        invocation.Output.Write(format.Render(new Columns<ImageSearchResult>(
            new("Name", "NAME", hit => hit.Name),
            new("Description", "DESCRIPTION", hit => OneLine(hit.Description) is var text && truncate ? Human.Ellipsis(text, DescriptionWidth) : OneLine(hit.Description)),
            new("StarCount", "STARS", hit => hit.StarCount.ToString(CultureInfo.InvariantCulture)),
            new("IsOfficial", "OFFICIAL", hit => hit.IsOfficial ? "[OK]" : "")), hits));
        return 0;
    }

    private static string OneLine(string text) => text.Replace('\n', ' ').Replace('\r', ' ');
}
