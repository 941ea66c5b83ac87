using System.Diagnostics;

namespace Sampan.Images.Tests.Harness;

/// <summary>Runs a reference tool (skopeo, tar, …) to its end.</summary>
internal static class Tool
{
    internal static async Task<string> RunAsync(params string[] argv)
    {
        var start = new ProcessStartInfo(argv[0], argv.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(process.ExitCode == 0, $"'{string.Join(' ', argv)}' exited with {process.ExitCode}: {await error}{await output}");
        return await output;
    }
}
