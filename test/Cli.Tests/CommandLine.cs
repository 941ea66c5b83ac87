using System.Text;

namespace Sampan.Cli.Tests;

/// <summary>Runs command lines in this process, on streams of memory.</summary>
internal static class CommandLine
{
    public sealed record Result(int ExitCode, string Out, string Error);

    /// <param name="host">Engine to talk to; a socket nobody listens on unless given.</param>
    public static async Task<Result> RunAsync(string[] words, string host = "unix:///nonexistent/engine.sock", string input = "",
        string program = "docker", IReadOnlyDictionary<string, string>? variables = null)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var surroundings = new Surroundings
        {
            Program = program,
            Variable = name => name == "DOCKER_HOST" ? host : name == "HOME" ? "/nonexistent" : variables?.GetValueOrDefault(name),
            Input = new MemoryStream(Encoding.UTF8.GetBytes(input)),
            Output = new CommandOutput(output, error),
        };
        int exitCode = await Application.RunAsync(words, surroundings, CancellationToken.None);
        return new Result(exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
