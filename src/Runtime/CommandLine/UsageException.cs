using Sampan.Faults;

namespace Sampan.Runtime.CommandLine;

/// <summary>The command line itself is wrong: nothing was tried, so nothing "failed", and the help is shown.</summary>
internal sealed class UsageException(string message) : FaultException(FaultKind.InvalidArgument, message)
{
    /// <summary>There is no command of that name, which runc tells by an exit code of its own.</summary>
    internal bool IsUnknownCommand { get; init; }
}
