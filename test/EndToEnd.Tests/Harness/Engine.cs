using System.Diagnostics;
using System.Text;

namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>The published daemon in a test host, and the stock docker CLI pointed at it.</summary>
public sealed class Engine : IAsyncDisposable
{
    private readonly StringBuilder _log = new();
    private readonly bool _ownsHost;
    private Process? _daemon;

    private Engine(TestHost host, bool ownsHost) => (Host, _ownsHost) = (host, ownsHost);

    public TestHost Host { get; }
    public string Socket => Path.Combine(Host.Folder, "d.sock");
    public string Address => "unix://" + Socket;
    public string DataRoot => Path.Combine(Host.Folder, "data");
    public string ExecRoot => Path.Combine(Host.Folder, "exec");
    public string Log { get { lock (_log) return _log.ToString(); } }

    /// <summary>The daemon's pid as this machine sees it, not as its host does.</summary>
    public int DaemonPid { get; private set; }

    public static Task<Engine> StartAsync() => StartAsync(_ => Task.CompletedTask);

    /// <param name="prepare">What is done in the host before the daemon starts there.</param>
    public static async Task<Engine> StartAsync(Func<Engine, Task> prepare, params IEnumerable<string> more)
    {
        var engine = new Engine(await TestHost.CreateAsync(), ownsHost: true);
        await prepare(engine);
        await engine.StartDaemonAsync(more);
        return engine;
    }

    /// <summary>SAMPAN_E2E_REFERENCE=dockerd runs the suite against Docker's own engine, to prove the tests themselves.</summary>
    private static string[] Program => Environment.GetEnvironmentVariable("SAMPAN_E2E_REFERENCE") is { Length: > 0 } reference ? [reference] : [Repository.Sampan, "daemon"];

    public string[] DaemonCommand(params IEnumerable<string> more) => Host.Inside([.. Program, "-H", Address,
        "--data-root", DataRoot, "--exec-root", ExecRoot, "--pidfile", Path.Combine(Host.Folder, "d.pid"), .. more]);

    public async Task StartDaemonAsync(params IEnumerable<string> more)
    {
        _daemon = Command.Start(DaemonCommand(more));
        _daemon.OutputDataReceived += Append;
        _daemon.ErrorDataReceived += Append;
        _daemon.BeginOutputReadLine();
        _daemon.BeginErrorReadLine();
        for (int i = 0; i < 500; i++)
        {
            if (_daemon.HasExited)
                throw new InvalidOperationException($"the daemon ended with {_daemon.ExitCode}\n{Log}");
            if (File.Exists(Socket) && (await Command.RunAsync(["curl", "-s", "--unix-socket", Socket, "http://d/_ping"])).Output == "OK")
            {
                DaemonPid = FindDaemon();
                return;
            }
            await Task.Delay(20);
        }
        throw new TimeoutException($"the daemon did not answer a ping in 10 s\n{Log}");
    }

    /// <summary>SIGKILL: what a crash looks like.</summary>
    public async Task KillDaemonAsync()
    {
        await Command.RunAsync(["kill", "-9", DaemonPid.ToString()]);
        await _daemon!.WaitForExitAsync();
    }

    /// <summary>SIGTERM: the orderly stop. Returns the exit code.</summary>
    public async Task<int> StopDaemonAsync()
    {
        await Command.RunAsync(["kill", "-TERM", DaemonPid.ToString()]);
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _daemon!.WaitForExitAsync(time.Token);
        return _daemon.ExitCode;
    }

    public Task<CommandResult> DockerAsync(params IEnumerable<string> args) => DockerWithInputAsync(null, args);

    public Task<CommandResult> DockerWithInputAsync(string? input, params IEnumerable<string> args) =>
        Command.RunAsync(["docker", .. args], input, new Dictionary<string, string> { ["DOCKER_HOST"] = Address });

    /// <summary>A docker command line as one would type it, run by sh: pipes and redirections work.</summary>
    public Task<CommandResult> TypedAsync(string script, TimeSpan? patience = null) =>
        Command.RunAsync(["sh", "-c", script], null, new Dictionary<string, string> { ["DOCKER_HOST"] = Address }, patience);

    /// <summary>The docker CLI on a terminal of its own (script(1)), given typed input; the output is what the terminal showed.</summary>
    public Task<CommandResult> OnTerminalAsync(string dockerArguments, string typed) =>
        Command.RunAsync(["script", "-qefc", "docker " + dockerArguments, "/dev/null"], typed,
            new Dictionary<string, string> { ["DOCKER_HOST"] = Address, ["TERM"] = "xterm" });

    public Process StartDocker(params IEnumerable<string> args) =>
        Command.Start(["docker", .. args], new Dictionary<string, string> { ["DOCKER_HOST"] = Address });

    public async Task<string> InspectAsync(string name, string format) =>
        (await DockerAsync("inspect", "--format", format, name)).Succeeded().Line;

    public Task<CommandResult> LoadBusyboxAsync() => LoadAsync("busybox");

    public async Task<CommandResult> LoadAsync(string fixture)
    {
        string archive = Path.Combine(Host.Folder, fixture + ".docker.tar");
        if (!File.Exists(archive))
            (await Command.RunAsync(["skopeo", "copy", "-q", $"oci:{Repository.Fixtures}/{fixture}.oci:latest", $"docker-archive:{archive}:{fixture}:latest"])).Succeeded();
        return (await DockerAsync("load", "-q", "-i", archive)).Succeeded();
    }

    private int FindDaemon()
    {
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out int pid)) continue;
            try
            {
                string[] commandLine = File.ReadAllText(folder + "/cmdline").Split('\0');
                if (commandLine[0] == Program[0] && commandLine.Contains(Address))
                    return pid;
            }
            catch (IOException) { /* it ended while we looked */ }
            catch (UnauthorizedAccessException) { /* the same */ }
        }
        throw new InvalidOperationException("the daemon's process is not found");
    }

    private void Append(object sender, DataReceivedEventArgs line)
    {
        lock (_log) _log.AppendLine(line.Data);
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is { HasExited: false })
        {
            // Cgroups are the one thing a host's end does not undo: containers are removed the ordinary way first.
            await TypedAsync("docker ps -aq | xargs -r docker rm -f");
            await StopDaemonAsync();
        }
        _daemon?.Dispose();
        if (_ownsHost)
            await Host.DisposeAsync();
    }
}
