namespace Sampan.Runtime.CommandLine;

internal static class StartCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("start", arguments);
        parsed.RequireOperands("start", 1);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        container.Start();
        return 0;
    }
}
