using Sampan.Linux;
using Sampan.Runtime.Rootless;

namespace Sampan.Runtime.CommandLine;

internal static class RunCommand
{
    internal static Command Command => new("run", $"""
        create and run a container
        <container-id>
        --detach, -d  detach from the container's process
        --keep  do not delete the container after it exits
        --no-subreaper  ignored: only the container's own process is waited for
        {CreateCommand.Flags}
        """, Run);

    private static int Run(GlobalOptions global, Arguments parsed)
    {
        if (UserNamespaceEntry.IsNeeded) return RootlessCommand.Create(global, parsed);
        bool detach = parsed.Has("detach");
        using Container container = CreateCommand.Create(global, parsed, detach);
        try
        {
            using NotifySocket? notify = NotifySocket.Listen(global, container.Id);
            if (detach)
            {
                CreateCommand.Start(global, container);
                if (container.Process is { } process) notify?.Forward(process);
                return 0;
            }
            using Foreground foreground = new(container.Process!, container.Console);
            CreateCommand.Start(global, container);
            notify?.ForwardInBackground(container.Process!);
            ExitStatus status = foreground.Wait();
            if (!parsed.Has("keep")) container.Delete(warn: warning => RuntimeLog.Warn(global, warning));
            return status.ShellCode;
        }
        catch
        {
            container.Delete(force: true);
            throw;
        }
    }
}
