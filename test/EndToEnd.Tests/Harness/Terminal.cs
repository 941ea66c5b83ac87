using System.Diagnostics;
using System.Text;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>The docker CLI on a terminal of its own (script(1)), at which a person sits: types, and reads what is shown before typing on.</summary>
public sealed class Terminal : IDisposable
{
    private readonly Process _session;
    private readonly StringBuilder _shown = new();   // guarded by itself
    private readonly Task _reading;

    public Terminal(Engine engine, string dockerArguments)
    {
        _session = Command.Start(["script", "-qefc", "docker " + dockerArguments, "/dev/null"],
            new Dictionary<string, string> { ["DOCKER_HOST"] = engine.Address, ["TERM"] = "xterm" });
        _reading = Task.Run(ReadAsync);
    }

    public string Shown { get { lock (_shown) return _shown.ToString(); } }

    public async Task TypeAsync(string text)
    {
        await _session.StandardInput.WriteAsync(text);
        await _session.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the screen has shown this, that many times.</summary>
    public Task ShowsAsync(string text, int times = 1) =>
        Eventually.TrueAsync(() => Task.FromResult(Shown.Split(text).Length > times), () => $"'{text}' on the terminal, which shows: {Shown}");

    /// <summary>The exit code of the CLI.</summary>
    public async Task<int> EndAsync()
    {
        using var time = new CancellationTokenSource(Command.Patience);
        await _session.WaitForExitAsync(time.Token);
        await _reading.WaitAsync(time.Token);
        return _session.ExitCode;
    }

    private async Task ReadAsync()
    {
        char[] buffer = new char[4096];
        int read;
        while ((read = await _session.StandardOutput.ReadAsync(buffer)) > 0)
            lock (_shown) _shown.Append(buffer, 0, read);
    }

    public void Dispose()
    {
        if (!_session.HasExited) _session.Kill(entireProcessTree: true);
        _session.Dispose();
    }
}
