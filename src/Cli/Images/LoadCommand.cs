using Sampan.Cli.Grammar;
using Sampan.Cli.Progress;

namespace Sampan.Cli.Images;

internal static class LoadCommand
{
    private static readonly Option<string> Input = Options.Text("input", 'i', "Read this archive instead of stdin");
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "This platform's image only: os[/arch[/variant]]");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Say nothing about the layers");

    public static Command Define() => new()
    {
        Name = "load",
        Aliases = ["image load", "load"],
        Synopsis = "[OPTIONS]",
        Summary = "Take in images from an archive: docker save's or OCI's",
        Options = [Input, Platform, Quiet],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        string path = invocation.Get(Input);
        var surroundings = invocation.Surroundings;
        if (path.Length == 0 && surroundings.InputTerminal is not null) throw new CommandFailedException(1, "requested load from stdin, but stdin is empty");
        await using var archive = path.Length > 0 ? InputFile.Open(path) : surroundings.Input;
        var platform = PlatformOption.Read(invocation.Get(Platform));
        bool terminal = surroundings.OutputTerminal is not null;
        var engine = await invocation.ConnectAsync(ct);
        // Bars for nobody are not asked for either.
        var messages = engine.Images.LoadAsync(archive, quiet: invocation.Get(Quiet) || !terminal, platform, ct);
        await new ProgressDisplay(invocation.Output.Out, terminal ? surroundings.Columns : null).ShowAsync(messages, ct);
        return 0;
    }
}
