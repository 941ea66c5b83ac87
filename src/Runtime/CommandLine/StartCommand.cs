namespace Sampan.Runtime.CommandLine;

internal static class StartCommand
{
    internal static Command Command => new("start", """
        executes the user defined process in a created container
        <container-id>
        """, Run);

    private static int Run(GlobalOptions global, Arguments arguments)
    {
        using Container container = global.Runtime.Open(arguments.Operands[0]);
        using NotifySocket? notify = NotifySocket.Listen(global, container.Id);
        container.Start();
        if (container.Process is { } process) notify?.Forward(process);
        return 0;
    }
}
