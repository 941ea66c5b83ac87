using System.Text.Json;
using Sampan.Cli.Formatting;
using Sampan.Cli.Formatting.Templates;
using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Inspection;

internal static class InfoCommand
{
    private static readonly Option<string> Format = ListOptions.ObjectFormat();

    public static Command Define() => new()
    {
        Name = "info",
        Aliases = ["system info", "info"],
        Synopsis = "[OPTIONS]",
        Summary = "Show the state of the engine and of its machine",
        Options = [Format],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var format = ObjectFormat.Of(invocation.Get(Format));
        var engine = await invocation.ConnectAsync(ct);
        var info = await engine.System.InfoAsync(ct);
        if (format is null)
        {
            invocation.Output.Write(InfoText.Of(info));
            foreach (string warning in info.Warnings ?? []) invocation.Output.WriteErrorLine(warning);
            return 0;
        }
        try
        {
            using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(info, DockerJson.Wire.SystemInfoResponse));
            invocation.Output.WriteLine(format.Render(document.RootElement));
            return 0;
        }
        catch (TemplateException wrong)
        {
            throw new CommandFailedException(1, wrong.Message);
        }
    }
}
