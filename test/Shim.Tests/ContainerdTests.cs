using Sampan.Shim.Tests.Harness;

namespace Sampan.Shim.Tests;

/// <summary>The proof that our Task API is containerd's: Debian's containerd drives our shim.</summary>
public sealed class ContainerdTests(ContainerdFixture containerd) : IClassFixture<ContainerdFixture>
{
    private const string Image = ContainerdFixture.Image;

    [Fact]
    public async Task A_container_runs_and_leaves_nothing()
    {
        Assert.Equal((0, "hello\n"), await RunAsync("run", "--rm", "hello", "echo", "hello"));
        Assert.Equal((7, "oops\n"), await RunAsync("run", "--rm", "failing", "sh", "-c", "echo oops >&2; exit 7"));
        await Eventually.TrueAsync(() => containerd.Shims().Count == 0, "the end of the shims");
    }

    [Fact]
    public async Task A_detached_container_is_listed_measured_paused_and_killed()
    {
        Assert.Equal((0, ""), await RunAsync("run", "-d", "detached", "sleep", "1000"));
        Assert.Contains("RUNNING", await TasksAsync("detached"), StringComparison.Ordinal);

        Assert.Equal((3, "in exec\n"), await containerd.CtrAsync("task", "exec", "--exec-id", "e1", "detached", "sh", "-c", "echo in exec; exit 3"));

        var (_, metrics) = await containerd.CtrAsync("task", "metrics", "detached");
        Assert.Contains("pids.current", metrics, StringComparison.Ordinal);
        Assert.Matches("memory.usage_in_bytes +[1-9]", metrics);

        Assert.Equal(0, (await containerd.CtrAsync("task", "pause", "detached")).ExitCode);
        Assert.Contains("PAUSED", await TasksAsync("detached"), StringComparison.Ordinal);
        Assert.Equal(0, (await containerd.CtrAsync("task", "resume", "detached")).ExitCode);
        Assert.Contains("RUNNING", await TasksAsync("detached"), StringComparison.Ordinal);

        Assert.Equal(0, (await containerd.CtrAsync("task", "kill", "-s", "SIGKILL", "detached")).ExitCode);
        await UntilStoppedAsync("detached");
        Assert.Contains("137", (await containerd.CtrAsync("task", "rm", "detached")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await containerd.CtrAsync("container", "rm", "detached")).ExitCode);
    }

    [Fact]
    public async Task A_terminal_works()
    {
        var (exit, output) = await containerd.CtrOnTerminalAsync("# ", "echo typed $((20 + 3)); tty; exit 4\n", ["run", "--rm", "-t", "--runtime", "io.containerd.sampan.v2", Image, "terminal", "sh"]);
        Assert.Contains("typed 23", output, StringComparison.Ordinal);
        Assert.Contains("/dev/pts/0", output, StringComparison.Ordinal);
        Assert.Equal(4, exit);
    }

    [Fact]
    public async Task A_shim_that_was_killed_is_cleaned_up_after()
    {
        await RunAsync("run", "-d", "orphaned", "sleep", "1000");
        var shim = Assert.Single(containerd.Shims(), pid => File.ReadAllText($"/proc/{pid}/cmdline").Contains("orphaned", StringComparison.Ordinal));
        System.Diagnostics.Process.GetProcessById(shim).Kill();
        // containerd calls our `delete`, which ends the container and removes its cgroup.
        await Eventually.TrueAsync(() => !Directory.EnumerateDirectories("/sys/fs/cgroup", "*", SearchOption.TopDirectoryOnly)
            .Any(hierarchy => Directory.Exists($"{hierarchy}/{Namespace}/orphaned")), "the removal of the cgroup");
        await containerd.CtrAsync("container", "rm", "orphaned");
    }

    private string Namespace => containerd.Namespace;

    private Task<(int ExitCode, string Output)> RunAsync(string verb, string flag, string id, params string[] args) =>
        containerd.CtrAsync([verb, flag, "--runtime", "io.containerd.sampan.v2", Image, id, .. args]);

    private async Task<string> TasksAsync(string id) =>
        (await containerd.CtrAsync("task", "ls")).Output.Split('\n').First(line => line.StartsWith(id, StringComparison.Ordinal));

    private Task UntilStoppedAsync(string id) =>
        Eventually.TrueAsync(async () => (await TasksAsync(id)).Contains("STOPPED", StringComparison.Ordinal), $"the end of '{id}'");
}
