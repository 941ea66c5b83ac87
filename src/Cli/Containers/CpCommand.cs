using Sampan.Cli.Containers.Copying;
using Sampan.Cli.Formatting;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Containers;

internal static class CpCommand
{
    private static readonly Option<bool> ArchiveMode = Options.Switch("archive", 'a', "Give the files the owners they have here");
    private static readonly Option<bool> FollowLink = Options.Switch("follow-link", 'L', "Copy what the source leads to, not the link");
    private static readonly Option<bool> Quiet = Options.Switch("quiet", 'q', "Say nothing about how much was copied");

    public static Command Define() => new()
    {
        Name = "cp",
        Aliases = ["container cp", "cp"],
        Synopsis = "[OPTIONS] CONTAINER:SRC_PATH|SRC_PATH|- DEST_PATH|-|CONTAINER:DEST_PATH",
        Summary = "Copy files between a container and here",
        Options = [ArchiveMode, FollowLink, Quiet],
        Arguments = ArgumentCount.Exactly(2),
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken ct)
    {
        if (invocation.Arguments[0].Length == 0) throw new CommandFailedException(1, "source can not be empty");
        if (invocation.Arguments[1].Length == 0) throw new CommandFailedException(1, "destination can not be empty");
        CopyPath source = CopyPath.Parse(invocation.Arguments[0]), destination = CopyPath.Parse(invocation.Arguments[1]);
        if (source.Container.Length > 0 && destination.Container.Length > 0) throw new CommandFailedException(1, "copying between containers is not supported");
        if (source.Container.Length == 0 && destination.Container.Length == 0) throw new CommandFailedException(1, "must specify at least one container source");
        long? copied = source.Container.Length > 0
            ? await CopyFromContainer.RunAsync(invocation, source, destination.Path, invocation.Get(FollowLink), ct)
            : await CopyToContainer.RunAsync(invocation, source.Path, destination, invocation.Get(FollowLink), invocation.Get(ArchiveMode), ct);
        // Without a terminal, --quiet=false asks for the line.
        bool quiet = invocation.Has(Quiet) ? invocation.Get(Quiet) : invocation.Surroundings.ErrorTerminal is null;
        if (copied is { } bytes && !quiet) invocation.Output.WriteErrorLine($"Successfully copied {Human.Size(bytes, 3)} to {invocation.Arguments[1]}");
        return 0;
    }
}
