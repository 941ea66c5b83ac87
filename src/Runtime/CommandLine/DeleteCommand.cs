using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

internal static class DeleteCommand
{
    internal static Command Command => new("delete", """
        delete any resources held by the container often used with detached container
        <container-id>
        --force, -f  forcibly deletes the container if it is still running (uses SIGKILL)
        """, Run);

    private static int Run(GlobalOptions global, Arguments arguments)
    {
        bool force = arguments.Has("force");
        try
        {
            using Container container = global.Runtime.Open(arguments.Operands[0]);
            container.Delete(force, warning => RuntimeLog.Warn(global, warning));
        }
        catch (FaultException e) when (force && e.Kind == FaultKind.NotFound)
        {
            // What a crash left of a container that was never made whole goes too.
            global.Runtime.RemoveRemains(arguments.Operands[0]);
        }
        return 0;
    }
}
