using System.Diagnostics;
using System.Text;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>Runs a program to its end. A test never waits longer than the given time: the program is then killed and the test fails.</summary>
public static class Command
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Process Start(IReadOnlyList<string> argv, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(argv[0], argv.Skip(1))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CommandResult> RunAsync(IReadOnlyList<string> argv, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null, TimeSpan? patience = null)
    {
        using Process process = Start(argv, environment);
        string commandLine = string.Join(' ', argv);
        using var time = new CancellationTokenSource(patience ?? Patience);
        Task<string> output = process.StandardOutput.ReadToEndAsync(time.Token), error = process.StandardError.ReadToEndAsync(time.Token);
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), time.Token);
        }
        catch (IOException) { /* it ended without reading: its exit code tells */ }
        try { process.StandardInput.Close(); } catch (IOException) { /* the same */ }
        try
        {
            await process.WaitForExitAsync(time.Token);
            return new CommandResult(commandLine, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{commandLine}' did not end in {(patience ?? Patience).TotalSeconds} s");
        }
    }
}
