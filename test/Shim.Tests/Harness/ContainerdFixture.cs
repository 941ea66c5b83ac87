using System.Diagnostics;
using System.Text;

namespace Sampan.Shim.Tests.Harness;

/// <summary>Debian's containerd with our shim on its PATH, in mount and network namespaces of its own: its /run is a tmpfs that goes with it.</summary>
public sealed class ContainerdFixture : IAsyncLifetime
{
    public const string Image = "docker.io/library/busybox:latest";

    // Also the parent of the containers' cgroups: containerd's default path is /<namespace>/<id>.
    private readonly string _namespace = $"sampan-test-{Guid.NewGuid():N}"[..20];
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-containerd").FullName;
    private Process? _containerd;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory($"{_folder}/bin");
        Directory.CreateDirectory($"{_folder}/root");
        File.CreateSymbolicLink($"{_folder}/bin/containerd-shim-sampan-v2", Checkout.SampanRuntime);
        BusyboxImage.Write($"{_folder}/image.tar", Image);
        File.WriteAllText($"{_folder}/config.toml", $"""
            version = 2
            root = "{_folder}/root"
            state = "/run/containerd"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
            address = "/run/containerd/containerd.sock"
            """);
        _containerd = Process.Start(new ProcessStartInfo("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-ec",
            $"mount -t tmpfs none /run; mount -t tmpfs none {_folder}/root; ip link set lo up; exec containerd --config {_folder}/config.toml --log-level warn 2> {_folder}/containerd.log"])
        {
            Environment = { ["PATH"] = $"{_folder}/bin:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        await Eventually.TrueAsync(() => File.Exists($"/proc/{_containerd.Id}/root/run/containerd/containerd.sock"), "containerd");
        Assert.Equal(0, (await CtrAsync("image", "import", $"{_folder}/image.tar")).ExitCode);
    }

    public string Namespace => _namespace;

    /// <summary>Runs ctr beside containerd.</summary>
    public Task<(int ExitCode, string Output)> CtrAsync(params string[] arguments) => RunAsync(Ctr(arguments), "");

    /// <summary>Runs ctr on a terminal, waits for <paramref name="prompt"/> as a person would (what is typed before ctr has its terminal raw can be lost), and types.</summary>
    public async Task<(int ExitCode, string Output)> CtrOnTerminalAsync(string prompt, string typed, params string[] arguments)
    {
        using var process = Start(["script", "-qec", string.Join(' ', Ctr(arguments)), "/dev/null"]);
        var output = new StringBuilder();
        var buffer = new char[4096];
        var typing = false;
        while (await process.StandardOutput.ReadAsync(buffer) is > 0 and var count)
        {
            output.Append(buffer, 0, count);
            if (typing || !output.ToString().Contains(prompt, StringComparison.Ordinal)) continue;
            await process.StandardInput.WriteAsync(typed);
            await process.StandardInput.FlushAsync();
            typing = true;
        }
        await process.WaitForExitAsync();
        return (process.ExitCode, output.ToString());
    }

    /// <summary>Pids of the serving shims.</summary>
    public IReadOnlyList<int> Shims() => [.. Directory.EnumerateDirectories("/proc")
        .Select(path => Path.GetFileName(path)).Where(name => name.All(char.IsAsciiDigit))
        .Where(pid => CommandLine(pid) is { } line && line.StartsWith("containerd-shim-sampan-v2", StringComparison.Ordinal) && line.Contains(_namespace, StringComparison.Ordinal))
        .Select(pid => int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture))];

    public async Task DisposeAsync()
    {
        if (_containerd is not null)
        {
            _containerd.Kill();
            await _containerd.WaitForExitAsync();
        }
        foreach (string hierarchy in Directory.EnumerateDirectories("/sys/fs/cgroup"))
            if (Directory.Exists($"{hierarchy}/{_namespace}")) Directory.Delete($"{hierarchy}/{_namespace}");
        Directory.Delete(_folder, recursive: true);
    }

    // ctr passes SIGTERM on to the container instead of ending, hence the second signal. In a process group of its own, as timeout makes one, it could not
    // have the terminal.
    private string[] Ctr(string[] arguments) =>
        ["timeout", "--foreground", "-k", "2", "60", "nsenter", "-t", $"{_containerd!.Id}", "-m", "-n", "ctr", "-a", "/run/containerd/containerd.sock", "-n", _namespace, .. arguments];

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] command, string input)
    {
        using var process = Start(command);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static Process Start(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
    })!;

    private static string? CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return null; // ended meanwhile
        }
    }
}
