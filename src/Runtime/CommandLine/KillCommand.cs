namespace Sampan.Runtime.CommandLine;

internal static class KillCommand
{
    internal static Command Command => new("kill", """
        kill sends the specified signal (default: SIGTERM) to the container's init process
        <container-id> [signal]
        --all, -a  send the signal to all processes of the container
        """, Run)
    { OptionalOperands = 1 };

    private static int Run(GlobalOptions global, Arguments arguments)
    {
        using Container container = global.Runtime.Open(arguments.Operands[0]);
        int signal = Signals.Parse(arguments.Operands.Count > 1 ? arguments.Operands[1] : "TERM");
        container.Kill(signal, arguments.Has("all"));
        return 0;
    }
}
