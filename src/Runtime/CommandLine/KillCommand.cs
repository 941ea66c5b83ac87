using Sampan.Linux;

namespace Sampan.Runtime.CommandLine;

internal static class KillCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("kill", arguments, "all|a");
        if (parsed.Operands.Count != 1) parsed.RequireOperands("kill", 2);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        container.Kill(parsed.Operands.Count > 1 ? Signals.Parse(parsed.Operands[1]) : Signals.Parse("TERM"), parsed.Has("all"));
        return 0;
    }
}
