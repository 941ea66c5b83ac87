using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Engine.Containers.Start;

/// <summary>What a failed start says, and the exit code it stands for: the texts and numbers that docker's CLI goes by.</summary>
internal static class StartFailure
{
    /// <summary>What the runtime said when it was asked to create or start, in the words that clients look for.</summary>
    public static FaultException FromRuntime(FaultException error) => error.Kind is FaultKind.Unavailable ? error : new FaultException(Own(error.Kind),
        $"failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: {error.Message}: unknown", error);

    /// <summary>The same of an exec.</summary>
    public static FaultException FromRuntimeExec(FaultException error) => error.Kind is FaultKind.Unavailable ? error : new FaultException(Own(error.Kind),
        $"OCI runtime exec failed: exec failed: {error.Message}: unknown", error);

    /// <summary>As the caller of start gets it: a program that is not there is the request's fault.</summary>
    public static FaultException Describe(FaultException error) => new(
        ExitCode(error) is 127 or 126 ? FaultKind.InvalidArgument : error is LinuxException ? Own(error.Kind) : error.Kind, error.Message, error);

    // A file that the kernel did not find is no missing container: 404 would mislead the client.
    private static FaultKind Own(FaultKind kind) =>
        kind is FaultKind.NotFound or FaultKind.AlreadyExists or FaultKind.PermissionDenied ? FaultKind.Internal : kind;

    /// <summary>127: not found; 126: found and not executable; 128: everything else.</summary>
    public static int ExitCode(FaultException error)
    {
        string text = error.Message;
        bool Has(string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);
        if (Has("executable file not found") || Has("no such file or directory"))
            return 127;
        return Has("permission denied") || Has("is a directory") || Has("exec format error") ? 126 : 128;
    }
}
