using Sampan.Cli.Grammar;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

internal static class SaveCommand
{
    private static readonly Option<string> Output = OutputFile.Option();
    private static readonly Option<string> Platform = Options.Text("platform", '\0', "This platform's image only: os[/arch[/variant]]");

    public static Command Define() => new()
    {
        Name = "save",
        Aliases = ["image save", "save"],
        Synopsis = "[OPTIONS] IMAGE [IMAGE...]",
        Summary = "Write images to an archive that load takes",
        Options = [Output, Platform],
        Arguments = ArgumentCount.AtLeast(1),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        Platform? platform = PlatformOption.Read(invocation.Get(Platform));
        await OutputFile.WriteAsync(invocation, invocation.Get(Output), "save image", async () =>
        {
            var engine = await invocation.ConnectAsync(ct);
            return await engine.Images.SaveAsync(invocation.Arguments, platform, ct);
        }, ct);
        return 0;
    }
}
