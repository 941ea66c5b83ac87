using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>A crash or an upgrade of the engine never touches a container.</summary>
public sealed class SurvivalTests : IAsyncLifetime
{
    private Engine _engine = null!;

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        await _engine.LoadBusyboxAsync();
    }

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task Ten_containers_outlive_a_killed_daemon_with_every_line_of_their_logs()
    {
        for (int i = 0; i < 10; i++)
            (await _engine.DockerAsync("run", "-d", "--name", $"count{i}", "busybox", "sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done")).Succeeded();
        (await _engine.DockerAsync("run", "-d", "--name", "web", "-p", "8099:80", "busybox", "httpd", "-f", "-h", "/etc")).Succeeded();
        (await _engine.DockerAsync("run", "-d", "--name", "brief", "busybox", "sh", "-c", "sleep 2; exit 42")).Succeeded();
        (await _engine.Host.RunAsync("curl", "-sf", "--retry", "5", "--retry-connrefused", "http://127.0.0.1:8099/hostname")).Succeeded();

        await _engine.KillDaemonAsync();
        for (int i = 0; i < 30; i++)
        {
            (await _engine.Host.RunAsync("curl", "-sf", "--max-time", "2", "http://127.0.0.1:8099/hostname")).Succeeded();
            await Task.Delay(100);
        }
        DateTimeOffset latest = DateTimeOffset.UtcNow;
        await _engine.StartDaemonAsync();

        (await _engine.Host.RunAsync("curl", "-sf", "--max-time", "2", "http://127.0.0.1:8099/hostname")).Succeeded();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal("running", await _engine.InspectAsync($"count{i}", "{{.State.Status}}"));
            string[] lines = (await _engine.DockerAsync("logs", $"count{i}")).Succeeded().Lines;
            Assert.True(lines.Length > 40, $"{lines.Length} lines only");
            Assert.Equal(Enumerable.Range(0, lines.Length).Select(n => n.ToString()), lines);
        }
        Assert.Equal("exited 42", await _engine.InspectAsync("brief", "{{.State.Status}} {{.State.ExitCode}}"));
        Assert.True(DateTimeOffset.Parse(await _engine.InspectAsync("brief", "{{.State.FinishedAt}}")) < latest);

        // What was adopted obeys: exec, logs -f, stop.
        Assert.Equal("in", (await _engine.DockerAsync("exec", "count0", "echo", "in")).Succeeded().Line);
        (await _engine.DockerAsync("stop", "-t", "0", "count1")).Succeeded();
        Assert.Equal("137", await _engine.InspectAsync("count1", "{{.State.ExitCode}}"));
        (await _engine.DockerAsync("rm", "-f", "web")).Succeeded();
        Assert.NotEqual(0, (await _engine.Host.RunAsync("curl", "-s", "--max-time", "2", "http://127.0.0.1:8099/")).ExitCode);
    }

    [Fact]
    public async Task Sigterm_ends_the_daemon_and_leaves_containers_running()
    {
        (await _engine.DockerAsync("run", "-d", "--name", "stays", "busybox", "sleep", "1000")).Succeeded();
        string pid = await _engine.InspectAsync("stays", "{{.State.Pid}}");
        Assert.Equal(0, await _engine.StopDaemonAsync());
        Assert.False(File.Exists(_engine.Socket));
        (await _engine.Host.RunAsync("kill", "-0", pid)).Succeeded();
        await _engine.StartDaemonAsync();
        Assert.Equal($"running {pid}", await _engine.InspectAsync("stays", "{{.State.Status}} {{.State.Pid}}"));
    }

    [Fact]
    public async Task A_container_with_rm_that_ends_while_the_daemon_is_away_is_gone_afterwards()
    {
        (await _engine.DockerAsync("run", "-d", "--rm", "--name", "gone", "busybox", "sleep", "1")).Succeeded();
        await _engine.KillDaemonAsync();
        await Task.Delay(1500);
        await _engine.StartDaemonAsync();
        for (int i = 0; i < 50 && (await _engine.DockerAsync("inspect", "gone")).ExitCode == 0; i++) await Task.Delay(50);
        (await _engine.DockerAsync("inspect", "gone")).Exited(1);
    }

    [Fact]
    public async Task Images_containers_and_volumes_are_the_same_after_a_restart()
    {
        (await _engine.DockerAsync("volume", "create", "kept")).Succeeded();
        (await _engine.DockerAsync("create", "--name", "kept", "--label", "a=b", "-v", "kept:/k", "busybox", "echo", "still")).Succeeded();
        string before = (await _engine.DockerAsync("inspect", "kept")).Succeeded().Output;
        await _engine.StopDaemonAsync();
        await _engine.StartDaemonAsync();
        Assert.Equal(before, (await _engine.DockerAsync("inspect", "kept")).Succeeded().Output);
        Assert.Equal("still", (await _engine.DockerAsync("start", "-a", "kept")).Succeeded().Line);
    }

    [Fact]
    public async Task After_everything_is_removed_nothing_is_left_behind()
    {
        string Count() => "ip -o link | wc -l; ls -d /sys/fs/cgroup/*/sampan/* 2>/dev/null | wc -l; wc -l < /proc/self/mountinfo; ls /proc | grep -c '^[0-9]'";
        // The first container brings up what stays: the bridge and its rules.
        (await _engine.DockerAsync("run", "--rm", "busybox", "true")).Succeeded();
        string before = (await _engine.Host.ShellAsync(Count())).Succeeded().Output;
        string filesBefore = Files();
        for (int i = 0; i < 5; i++)
            (await _engine.DockerAsync("run", "-d", "--name", $"c{i}", "-p", $"{8100 + i}:80", "-v", "/anon", "busybox", "sleep", "1000")).Succeeded();
        (await _engine.DockerAsync("run", "--name", "failed", "busybox", "no-such-program")).Exited(127);
        (await _engine.TypedAsync("docker ps -aq | xargs docker rm -f -v")).Succeeded();
        for (int i = 0; i < 50 && (await _engine.Host.ShellAsync(Count())).Output != before; i++) await Task.Delay(50);
        Assert.Equal(before, (await _engine.Host.ShellAsync(Count())).Succeeded().Output);
        Assert.Equal(filesBefore, Files());

        string Files() => string.Join('\n', Directory.GetFileSystemEntries(_engine.DataRoot, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFileSystemEntries(_engine.ExecRoot, "*", SearchOption.AllDirectories)).Where(path => !path.Contains("/fs/", StringComparison.Ordinal)).Order());
    }
}
