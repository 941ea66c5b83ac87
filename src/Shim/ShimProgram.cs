using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Shim.Containerd;
using Sampan.Shim.Processes;

namespace Sampan.Shim;

/// <summary>The shim role of <c>sampan-runtime</c>: <c>shim --engine …</c> for our engine, or the command line that containerd expects of
/// <c>containerd-shim-sampan-v2</c>.</summary>
public static class ShimProgram
{
    /// <summary>What containerd makes of the runtime name <c>io.containerd.sampan.v2</c>. containerd: core/runtime/v2/README.md § Binary naming</summary>
    public const string ContainerdName = "containerd-shim-sampan-v2";

    /// <returns>Exit code.</returns>
    public static int RunForEngine(IReadOnlyList<string> arguments) => Guard(() => Serve(EngineArguments.Parse(arguments)));

    /// <returns>Exit code.</returns>
    public static int RunForContainerd(IReadOnlyList<string> arguments) => Guard(() => ContainerdCommand.Run(arguments));

    internal static void Serve(ShimOptions options)
    {
        if (!SignalDescriptor.AreBlocked(Reaper.SIGCHLD, Reaper.SIGPIPE))
            throw new FaultException(FaultKind.InvalidArgument,
                "cannot serve: SIGCHLD and SIGPIPE must be blocked from the start of the program; let the engine or containerd start the shim");
        ShimHost.Run(options);
    }

    private static int Guard(Action run)
    {
        try
        {
            run();
            return 0;
        }
        catch (FaultException fault)
        {
            ShimLog.Write(fault.Message);
            return 1;
        }
    }
}
