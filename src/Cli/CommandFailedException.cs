namespace Sampan.Cli;

/// <summary>A command ends with this exit code, and with this message on standard error unless it is empty.</summary>
internal sealed class CommandFailedException(int exitCode, string message = "") : Exception(message)
{
    public int ExitCode => exitCode;
}
