using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.CommandLine;

internal static class StateCommand
{
    internal static int Run(GlobalOptions global, ReadOnlySpan<string> arguments)
    {
        Arguments parsed = new("state", arguments);
        parsed.RequireOperands("state", 1);
        using Container container = global.Runtime.Open(parsed.Operands[0]);
        StandardOutput.Write(ContainerStateJson.Write(container.State with { Owner = "" }, indented: true));
        return 0;
    }
}
