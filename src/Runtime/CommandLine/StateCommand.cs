using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class StateCommand
{
    internal static Command Command => new("state", """
        output the state of a container
        <container-id>
        """, Run);

    private static int Run(GlobalOptions global, Arguments arguments)
    {
        using Container container = global.Runtime.Open(arguments.Operands[0]);
        StandardOutput.Write(ContainerStateJson.Write(container.State with { Owner = "" }, indented: true));
        return 0;
    }
}
