using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Images;

internal static class HistoryCommand
{
    private const string Table = "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
    private const int CreatedByWidth = 45;
    private static readonly Option<string> Format = ListOptions.Format();
    private static readonly Option<bool> HumanOption = Options.Switch("human", 'H', "Sizes and dates for people", value: true);
    private static readonly Option<bool> NoTrunc = Options.Switch("no-trunc", '\0', "Show everything in full length");
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "Of this platform's image: os[/arch[/variant]]");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Ids only");

    public static Command Define() => new()
    {
        Name = "history",
        Aliases = ["image history", "history"],
        Synopsis = "[OPTIONS] IMAGE",
        Summary = "Show how an image was made",
        Options = [Format, HumanOption, NoTrunc, Platform, Quiet],
        Arguments = ArgumentCount.Exactly(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        bool human = invocation.Get(HumanOption), truncate = !invocation.Get(NoTrunc);
        string table = human ? Table : Table.Replace("CreatedSince", "CreatedAt", StringComparison.Ordinal);
        var format = ListFormat.Of(invocation.Get(Format), table, invocation.Get(Quiet));
        var platform = PlatformOption.Read(invocation.Get(Platform));
        var engine = await invocation.ConnectAsync(ct);
        var lines = await engine.Images.HistoryAsync(invocation.Arguments[0], platform, ct);
        invocation.Output.Write(format.Render(Columns(human, truncate, invocation.Surroundings.Now), lines));
        return 0;
    }

    private static Columns<HistoryItem> Columns(bool human, bool truncate, DateTimeOffset now) => new(
        new("ID", "IMAGE", line => truncate ? Human.ShortId(line.Id) : line.Id),
        new("CreatedAt", "CREATED AT", line => line.Created == 0 ? "N/A" : DateTimeOffset.FromUnixTimeSeconds(line.Created).ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture).Replace("+00:00", "Z", StringComparison.Ordinal)),
        new("CreatedSince", "CREATED", line => line.Created == 0 ? "N/A" : Human.Duration(now - DateTimeOffset.FromUnixTimeSeconds(line.Created)) + " ago"),
        new("CreatedBy", "CREATED BY", line => truncate ? Human.Ellipsis(line.CreatedBy.Replace('\t', ' '), CreatedByWidth) : line.CreatedBy.Replace('\t', ' ')),
        new("Size", "SIZE", line => human ? Human.Size(line.Size, 3) : line.Size.ToString(CultureInfo.InvariantCulture)),
        new("Comment", "COMMENT", line => line.Comment));
}
