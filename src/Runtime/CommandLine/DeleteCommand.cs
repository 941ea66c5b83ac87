using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

internal static class DeleteCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("delete", arguments, "force|f");
        parsed.RequireOperands("delete", 1);
        bool force = parsed.Has("force");
        try
        {
            using Container container = global.Runtime.Open(parsed.Operands[0]);
            container.Delete(force);
        }
        catch (FaultException e) when (force && e.Kind == FaultKind.NotFound)
        {
            // What a crash left of a container that was never made whole goes too.
            global.Runtime.RemoveRemains(parsed.Operands[0]);
        }
        return 0;
    }
}
