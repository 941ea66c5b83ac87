using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Sampan.Runtime.Tests;

/// <summary>What a run of a program left: its exit code and all it wrote.</summary>
public sealed record Outcome(int ExitCode, string Output, string Error);

/// <summary>The published <c>sampan-runtime</c> with a state root of its own. Disposing it deletes every container and checks that nothing is left.</summary>
public sealed class RuntimeProgramHost : IDisposable
{
    private static readonly string[] Applets =
    [
        "cat", "cp", "echo", "env", "false", "find", "grep", "head", "hostname", "id", "kill", "ls", "mkdir", "mount", "ps", "pwd", "readlink", "sh", "sleep",
        "stat", "stty", "sysctl", "tail", "test", "touch", "true", "tty", "ulimit", "umask", "wc",
    ];

    public RuntimeProgramHost()
    {
        Directory.CreateDirectory(Folder);
        foreach (string directory in (string[])["bin", "etc", "root", "tmp", "home"]) Directory.CreateDirectory($"{Rootfs}/{directory}");
        File.Copy("/bin/busybox", $"{Rootfs}/bin/busybox");
        foreach (string applet in Applets) File.CreateSymbolicLink($"{Rootfs}/bin/{applet}", "busybox");
        File.WriteAllText($"{Rootfs}/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n");
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sampan-runtime-test-").FullName;

    public string Rootfs => $"{Folder}/rootfs";

    public string StateRoot => $"{Folder}/state";

    /// <summary>Names the test's containers, so that tests that run at once do not meet in the cgroups.</summary>
    public string Id { get; } = $"t{Guid.NewGuid():N}"[..12];

    public static string Program { get; } = Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_OUT") ?? Path.GetFullPath("../../out", Here()), "sampan-runtime");

    public Outcome Run(params string[] arguments) => Execute(Program, ["--root", StateRoot, .. arguments]);

    /// <summary>A container in the foreground whose process is a shell script.</summary>
    public Outcome RunScript(string script, Action<Bundle>? change = null)
    {
        Bundle bundle = new(this);
        bundle.Process["args"] = new System.Text.Json.Nodes.JsonArray("sh", "-c", script);
        change?.Invoke(bundle);
        return Run("run", "-b", bundle.Write(), Id);
    }

    /// <summary>Creates and starts one that sleeps.</summary>
    public void StartSleeper(Action<Bundle>? change = null)
    {
        Bundle bundle = new(this);
        bundle.Process["args"] = new System.Text.Json.Nodes.JsonArray("sleep", "1000");
        change?.Invoke(bundle);
        Succeed(Run("run", "-d", "-b", bundle.Write(), Id));
    }

    public static string Succeed(Outcome outcome)
    {
        Assert.True(outcome.ExitCode == 0, $"exit code {outcome.ExitCode}: {outcome.Error}");
        return outcome.Output;
    }

    /// <summary>Output goes to files: a detached container keeps what it inherits, and nobody would see the end of a pipe.</summary>
    public static Outcome Execute(string program, params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("sampan-runtime-output-").FullName;
        try
        {
            ProcessStartInfo start = new("sh", ["-c", "out=$1; err=$2; shift 2; exec \"$@\" < /dev/null > \"$out\" 2> \"$err\"", "sh", $"{folder}/out", $"{folder}/err", program, .. arguments]);
            using Process process = Process.Start(start)!;
            process.WaitForExit();
            return new(process.ExitCode, File.ReadAllText($"{folder}/out"), File.ReadAllText($"{folder}/err"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        Run("delete", "--force", Id);
        Assert.Empty(Directory.Exists(StateRoot) ? Directory.GetDirectories(StateRoot).Where(path => !path.EndsWith("@seccomp", StringComparison.Ordinal)) : []);
        Assert.DoesNotContain(Folder, File.ReadAllText("/proc/self/mountinfo"));
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup"))
            Assert.False(Directory.Exists($"{hierarchy}/sampan-test/{Id}"), $"cgroup left in {hierarchy}");
        Directory.Delete(Folder, recursive: true);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
