namespace Sampan.Runtime.CommandLine;

internal static class PauseCommand
{
    internal static Command Pause => new("pause", """
        pause suspends all processes inside the container
        <container-id>
        """, static (global, arguments) => Run(global, arguments, static container => container.Pause()));

    internal static Command Resume => new("resume", """
        resumes all processes that have been previously paused
        <container-id>
        """, static (global, arguments) => Run(global, arguments, static container => container.Resume()));

    private static int Run(GlobalOptions global, Arguments arguments, Action<Container> change)
    {
        using Container container = global.Runtime.Open(arguments.Operands[0]);
        change(container);
        return 0;
    }
}
