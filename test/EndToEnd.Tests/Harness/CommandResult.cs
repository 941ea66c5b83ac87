namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>What a finished command left: its exit code and both outputs, whole.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    /// <summary>Standard output without its last newline.</summary>
    public string Line => Output.TrimEnd('\n');

    public string[] Lines => Line.Length == 0 ? [] : Line.Split('\n');

    public CommandResult Succeeded() => Exited(0);

    public CommandResult Exited(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"'{CommandLine}' exited {ExitCode}, expected {exitCode}\nstdout: {Output}\nstderr: {Error}");
        return this;
    }
}
