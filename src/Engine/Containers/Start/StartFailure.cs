using Sampan.Faults;

namespace Sampan.Engine.Containers.Start;

/// <summary>What a failed start says, and the exit code it stands for: the texts and numbers that docker's CLI goes by.</summary>
internal static class StartFailure
{
    private const string Prefix = "failed to create task for container: ";

    public static FaultException Describe(FaultException error)
    {
        bool runtime = error.Message.Contains("OCI runtime ", StringComparison.Ordinal);
        string message = runtime && !error.Message.StartsWith(Prefix, StringComparison.Ordinal)
            ? $"{Prefix}failed to create shim task: {error.Message}" : error.Message;
        // A program that is not there is the request's fault, not a missing container: 404 would make the CLI pull.
        var kind = ExitCode(error) is 127 or 126 ? FaultKind.InvalidArgument
            : error.Kind is FaultKind.NotFound or FaultKind.AlreadyExists || (runtime && error.Kind is FaultKind.PermissionDenied) ? FaultKind.Internal : error.Kind;
        return new FaultException(kind, message, error);
    }

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
