using System.Diagnostics;

namespace Sampan.Bench.SideBySide;

/// <summary>The programs, bundles and daemons a run of the benchmark needs, in a folder of its own; all ended and removed on dispose.
/// Each engine has a network namespace of its own: both call their bridge docker0.</summary>
public sealed class Workspace : IDisposable
{
    private const int Starts = 7;
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
        string[] ours = [workspace.Sampan, "daemon"], docker = ["dockerd"];
        List<double> ourReady = [], dockerReady = [];
        for (int i = 0; i < Starts; i++) // the first start of each also warms the clock's own code
        {
            ourReady.Add(workspace.MeasureStart("ours", ours));
            if (Installed("dockerd")) dockerReady.Add(workspace.MeasureStart("docker", docker));
        }
        workspace.OurReadyMs = Median(ourReady);
        (workspace.OurEngine, workspace.OurDaemonPid) = workspace.StartEngine("ours", ours);
        if (dockerReady.Count == 0) return workspace;
        workspace.DockerReadyMs = Median(dockerReady);
        (workspace.Docker, workspace.DockerPid) = workspace.StartEngine("docker", docker);
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

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private double MeasureStart(string name, string[] program)
    {
        (Process daemon, double ready, _) = Launch(name, program);
        Stop(daemon);
        return ready;
    }

    private (Dictionary<string, string> Environment, int Pid) StartEngine(string name, string[] program)
    {
        (Process daemon, _, string socket) = Launch(name, program);
        _daemons.Add(daemon);
        var environment = new Dictionary<string, string> { ["DOCKER_HOST"] = "unix://" + socket };
        string archive = Path.Combine(Folder, name, "busybox.tar");
        Sh($"skopeo copy -q oci:{Out}/fixtures/busybox.oci:latest docker-archive:{archive}:busybox:latest && docker load -q -i {archive}", environment);
        return (environment, daemon.Id);
    }

    private (Process Daemon, double ReadyMs, string Socket) Launch(string name, string[] program)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName, socket = Path.Combine(folder, "s");
        // The namespace is entered before the clock starts.
        var start = new ProcessStartInfo("unshare", ["--net", "sh", "-c", "ip link set lo up; echo entered; read go; log=$1; shift; exec \"$@\" > $log 2>&1", "sh", folder + "/log", .. program, "-H", "unix://" + socket,
            "--data-root", folder + "/data", "--exec-root", folder + "/exec", "--pidfile", folder + "/pid"])
        { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process daemon = Process.Start(start)!;
        daemon.StandardOutput.ReadLine();
        long clock = Stopwatch.GetTimestamp();
        daemon.StandardInput.WriteLine("go");
        daemon.StandardInput.Flush();
        return (daemon, Readiness.Await(socket, daemon, clock), socket);
    }

    private static void Stop(Process daemon)
    {
        using (Process.Start("kill", ["-TERM", daemon.Id.ToString()])!) { }
        daemon.WaitForExit(15000);
        daemon.Dispose();
    }

    public void Dispose()
    {
        RuntimeScenarios.End(this);
        foreach (IReadOnlyDictionary<string, string>? engine in (IReadOnlyDictionary<string, string>?[])[OurEngine, Docker])
        {
            if (engine is { Count: > 0 }) Sh("docker ps -aq | xargs -r docker rm -f > /dev/null", engine);
        }
        foreach (Process daemon in _daemons) Stop(daemon);
        using Process remove = Process.Start("rm", ["-rf", Folder])!;
        remove.WaitForExit();
    }
}
