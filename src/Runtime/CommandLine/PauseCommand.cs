namespace Sampan.Runtime.CommandLine;

internal static class PauseCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments, bool pause)
    {
        string name = pause ? "pause" : "resume";
        Arguments parsed = new(name, arguments);
        parsed.RequireOperands(name, 1);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        if (pause) container.Pause();
        else container.Resume();
        return 0;
    }
}
