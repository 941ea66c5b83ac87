using Sampan.Linux;

namespace Sampan.Runtime.CommandLine;

internal static class RunCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("run", arguments, [.. CreateCommand.Flags, "detach|d", "keep", "no-subreaper"]);
        parsed.RequireOperands("run", 1);
        bool detach = parsed.Has("detach");
        using Container container = CreateCommand.Create(global, parsed, detach);
        try
        {
            if (detach)
            {
                container.Start();
                return 0;
            }
            using Foreground foreground = new(container.Process!, container.Console);
            container.Start();
            ExitStatus status = foreground.Wait();
            if (!parsed.Has("keep")) container.Delete();
            return status.ShellCode;
        }
        catch
        {
            container.Delete(force: true);
            throw;
        }
    }
}
