using System.Globalization;
using System.Text.Json;
using Sampan.Cli.Formatting;
using Sampan.Cli.Formatting.Templates;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

internal static class EventsCommand
{
    private static readonly Option<IReadOnlyList<string>> Filter = ListOptions.Filter();
    private static readonly Option<string> Format = ListOptions.ObjectFormat(shorthand: '\0');
    private static readonly Option<string> Since = Options.Text("since", '\0', "Start with what happened since this time");
    private static readonly Option<string> Until = Options.Text("until", '\0', "End at this time");

    public static Command Define() => new()
    {
        Name = "events",
        Aliases = ["system events", "events"],
        Synopsis = "[OPTIONS]",
        Summary = "Show what happens in the engine, as it happens",
        Options = [Filter, Format, Since, Until],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ObjectFormat.Of(invocation.Get(Format), "Error parsing format: ");
        var now = invocation.Surroundings.Now;
        var engine = await invocation.ConnectAsync(ct);
        var events = engine.System.EventsAsync(PointInTime.Read(invocation.Get(Since), now, "since"), PointInTime.Read(invocation.Get(Until), now, "until"),
            ListOptions.ToFilters(invocation.Get(Filter)), ct);
        await foreach (var message in events) invocation.Output.WriteLine(format is null ? Text(message) : Formatted(format, message));
        return 0;
    }

    private static string Text(EventMessage message)
    {
        string time = "";
        if (message.TimeNano != 0 || message.Time != 0)
        {
            long nanoseconds = message.TimeNano != 0 ? message.TimeNano : message.Time * 1_000_000_000;
            var local = DateTimeOffset.FromUnixTimeSeconds(nanoseconds / 1_000_000_000).ToLocalTime();
            string zone = local.Offset == TimeSpan.Zero ? "Z" : local.ToString("zzz", CultureInfo.InvariantCulture);
            time = string.Create(CultureInfo.InvariantCulture, $"{local:yyyy-MM-ddTHH:mm:ss}.{nanoseconds % 1_000_000_000:d9}{zone} ");
        }
        var attributes = (message.Actor.Attributes ?? new Dictionary<string, string>()).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key}={pair.Value}").ToList();
        return $"{time}{message.Type} {message.Action} {message.Actor.ID}{(attributes.Count > 0 ? $" ({string.Join(", ", attributes)})" : "")}";
    }

    private static string Formatted(ObjectFormat format, EventMessage message)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(message, DockerJson.Wire.EventMessage));
        try
        {
            return format.Render(document.RootElement);
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, wrong.Message);
        }
    }
}
