namespace Sampan.Cli.Grammar;

/// <summary>The command line itself is wrong; the message is docker's. <see cref="ExitCode"/> 125 for options, 1 for the number of arguments.</summary>
internal sealed class UsageException(string message, int exitCode) : Exception(message)
{
    public int ExitCode => exitCode;
}
