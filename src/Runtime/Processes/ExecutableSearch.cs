using Sampan.Faults;
using Sampan.Linux.Children;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>Finds the program as execvp(3) does, and says why not in the words that Docker's clients match to exit codes 126 and 127.</summary>
internal static class ExecutableSearch
{
    private const string Step = "exec: ", Execution = "exec ";

    /// <summary>Every path where the program may be, in order; one when its name has a slash.</summary>
    internal static IReadOnlyList<string> Candidates(string name, IReadOnlyList<string> environment)
    {
        if (name.Contains('/')) return [name];
        string path = "";
        foreach (string variable in environment)
            if (variable.StartsWith("PATH=", StringComparison.Ordinal)) path = variable[5..];
        // An empty PATH has no directory; an empty directory in it is the working directory. An empty list finds nothing, as it should.
        List<string> candidates = [];
        if (name.Length > 0 && path.Length > 0)
            foreach (string directory in path.Split(':')) candidates.Add(directory.Length == 0 ? $"./{name}" : $"{directory}/{name}");
        return candidates;
    }

    internal static string Description(string name) => $"{Step}\"{name}\"";

    /// <summary>Of the step after the search: the program is there, and what the kernel misses is its interpreter or loader.</summary>
    internal static string DescriptionOfExecution(string name) => $"{Execution}{name}";

    /// <summary>Go's texts, which runc and so Docker print.</summary>
    internal static FaultException Explain(ChildFailure failure, string name)
    {
        if (failure.Step.StartsWith(Execution, StringComparison.Ordinal))
            return new FaultException(failure.Errno == Errno.ENOENT ? FaultKind.NotFound : FaultKind.PermissionDenied, $"{failure.Step}: {LinuxException.Text(failure.Errno)}", failure);
        if (!failure.Step.StartsWith(Step, StringComparison.Ordinal)) return failure;
        string reason = failure.Errno switch
        {
            Errno.ENOENT when !name.Contains('/') => "executable file not found in $PATH",
            Errno.ENOENT => $"stat {name}: no such file or directory",
            Errno.ENOTDIR => $"stat {name}: not a directory",
            _ => LinuxException.Text(failure.Errno),
        };
        return new FaultException(failure.Errno is Errno.ENOENT or Errno.ENOTDIR ? FaultKind.NotFound : FaultKind.PermissionDenied,
            $"{failure.Step}: {reason}", failure);
    }
}
