using Sampan.Cli.Grammar;
using Sampan.Cli.Progress;

namespace Sampan.Cli.Images;

/// <summary>Ours alone: docker has no such command.</summary>
internal static class FsckCommand
{
    private static readonly Option<bool> Repair = Options.Switch("repair", '\0', "Fetch what is damaged from its registry again, and unpack again layers that differ");

    public static Command Define() => new()
    {
        Name = "image fsck",
        Synopsis = "[OPTIONS]",
        Summary = "Read every blob again and compare it with its digest, and every unpacked layer with its blob",
        Options = [Repair],
        Arguments = ArgumentCount.None,
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        var engine = await invocation.ConnectAsync(ct);
        await new ProgressDisplay(invocation.Output.Out, columns: null).ShowAsync(engine.Images.VerifyAsync(invocation.Get(Repair), ct), ct);
        return 0;
    }
}
