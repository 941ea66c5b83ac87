using Sampan.Faults;

namespace Sampan.Engine.Containers.Start;

/// <summary>The small init of <c>--init</c>: a static program beside ours, so that it runs in any root file system.</summary>
internal static class InitProgram
{
    public const string Name = "sampan-init";

    /// <exception cref="FaultException">NotSupported: it is not installed.</exception>
    public static string Find(DaemonOptions daemon)
    {
        string path = Path.Combine(Path.GetDirectoryName(daemon.RuntimePath ?? Environment.ProcessPath!)!, Name);
        return File.Exists(path) ? path
            : throw new FaultException(FaultKind.NotSupported, $"cannot start with --init: '{path}' does not exist; install it beside sampan-runtime");
    }
}
