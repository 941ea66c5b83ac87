using System.Diagnostics;

namespace Sampan.Bench.SideBySide;

/// <summary>The programs, bundles and daemons a run of the benchmark needs, in a folder of its own; all ended and removed on dispose.
/// Each engine has a network namespace of its own: both call their bridge docker0.</summary>
public sealed class Workspace : IDisposable
{
    private readonly List<Process> _daemons = [];

    private Workspace(string folder, string output) => (Folder, Out) = (folder, output);

    public string Folder { get; }
    public string Out { get; }
    public string Sampan => Path.Combine(Out, "sampan");
    public string SampanRuntime => Path.Combine(Out, "sampan-runtime");
    public string Bundle(string name) => Path.Combine(Folder, "bundles", name);

    public IReadOnlyDictionary<string, string> OurEngine { get; private set; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string>? Docker { get; private set; }
    public int OurDaemonPid { get; private set; }
    public double OurReadyMs { get; private set; }
    public double? DockerReadyMs { get; private set; }
    public int? DockerPid { get; private set; }

    public static Workspace Create(BenchOptions options)
    {
        string output = Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? throw new InvalidOperationException("run eng/bench: SAMPAN_OUT names the built programs");
        var workspace = new Workspace(Directory.CreateTempSubdirectory("sampan-bench-").FullName, output);
        workspace.MakeBundles();
        (workspace.OurEngine, workspace.OurReadyMs, workspace.OurDaemonPid) = workspace.StartEngine("ours", [workspace.Sampan, "daemon"]);
        if (Installed("dockerd"))
            (workspace.Docker, workspace.DockerReadyMs, workspace.DockerPid) = workspace.StartEngine("docker", ["dockerd"]);
        return workspace;
    }

    public static bool Installed(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    public string Sh(string script, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("sh", ["-ec", script]) { RedirectStandardOutput = true, WorkingDirectory = Folder };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"'{script}' exited {process.ExitCode}");
    }

    private void MakeBundles()
    {
        foreach (string name in (string[])["minimal", "default"])
        {
            Directory.CreateDirectory(Path.Combine(Bundle(name), "rootfs"));
            Sh($"tar -C {Bundle(name)}/rootfs -xf {Out}/fixtures/busybox.tar");
        }
        File.WriteAllText(Path.Combine(Bundle("minimal"), "config.json"), BundleConfigs.Minimal);
        File.Copy(Path.Combine(AppContext.BaseDirectory, "docker-default.json"), Path.Combine(Bundle("default"), "config.json"));
    }

    private (Dictionary<string, string> Environment, double ReadyMs, int Pid) StartEngine(string name, string[] program)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName, socket = Path.Combine(folder, "s");
        var environment = new Dictionary<string, string> { ["DOCKER_HOST"] = "unix://" + socket };
        // The namespace is entered before the clock starts.
        var start = new ProcessStartInfo("unshare", ["--net", "sh", "-c", "ip link set lo up; read go; exec \"$@\"", "sh", .. program, "-H", "unix://" + socket,
            "--data-root", folder + "/data", "--exec-root", folder + "/exec", "--pidfile", folder + "/pid"])
        { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        Process daemon = Process.Start(start)!;
        daemon.ErrorDataReceived += (_, _) => { };
        daemon.OutputDataReceived += (_, _) => { };
        daemon.BeginErrorReadLine();
        daemon.BeginOutputReadLine();
        _daemons.Add(daemon);
        Thread.Sleep(300);
        long clock = Stopwatch.GetTimestamp();
        daemon.StandardInput.WriteLine("go");
        daemon.StandardInput.Flush();
        double ready = Readiness.Await(socket, daemon, clock);
        Sh($"skopeo copy -q oci:{Out}/fixtures/busybox.oci:latest docker-archive:{folder}/busybox.tar:busybox:latest && docker load -q -i {folder}/busybox.tar", environment);
        return (environment, ready, daemon.Id);
    }

    public void Dispose()
    {
        foreach (IReadOnlyDictionary<string, string>? engine in (IReadOnlyDictionary<string, string>?[])[OurEngine, Docker])
        {
            if (engine is { Count: > 0 }) Sh("docker ps -aq | xargs -r docker rm -f > /dev/null", engine);
        }
        foreach (Process daemon in _daemons)
        {
            using (Process.Start("kill", ["-TERM", daemon.Id.ToString()])!) { }
            daemon.WaitForExit(15000);
            daemon.Dispose();
        }
        using Process remove = Process.Start("rm", ["-rf", Folder])!;
        remove.WaitForExit();
    }
}
