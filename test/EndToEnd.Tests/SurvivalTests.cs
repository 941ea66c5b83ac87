using System.Diagnostics;
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
        string pid = await _engine.InspectAsync("gone", "{{.State.Pid}}");
        await _engine.KillDaemonAsync();
        await Eventually.TrueAsync(async () => (await _engine.Host.RunAsync("test", "-d", "/proc/" + pid)).ExitCode != 0);
        await _engine.StartDaemonAsync();
        await Eventually.TrueAsync(async () => (await _engine.DockerAsync("inspect", "gone")).ExitCode == 1);
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
    public async Task A_daemon_killed_at_any_moment_leaves_nothing_that_the_next_cannot_finish()
    {
        const string work = """
            while :; do
              docker run -d --name $0 -p 0:80 -v /anon busybox sleep 1000; docker run --rm busybox true
              docker pause $0; docker unpause $0; docker restart -t 0 $0; docker stop -t 0 $0; docker rm -v $0
            done > /dev/null 2>&1
            """;
        var random = new Random(4711);
        for (int round = 0; round < 6; round++)
        {
            using Process one = Command.Start(["sh", "-c", work, "one"], Docker), two = Command.Start(["sh", "-c", work, "two"], Docker);
            await Task.Delay(random.Next(20, 700));   // the moment is the point
            await _engine.KillDaemonAsync();
            one.Kill(entireProcessTree: true);
            two.Kill(entireProcessTree: true);
            await _engine.StartDaemonAsync();

            foreach (string id in (await _engine.DockerAsync("ps", "-aq")).Succeeded().Lines.Where(line => line.Length > 0))
            {
                string[] state = (await _engine.InspectAsync(id, "{{.State.Status}} {{.State.Pid}}")).Split(' ');
                Assert.Contains(state[0], (string[])["created", "running", "paused", "exited"]);
                bool lives = state[1] != "0" && (await _engine.Host.RunAsync("test", "-d", "/proc/" + state[1])).ExitCode == 0;
                Assert.Equal(state[0] is "running" or "paused", lives);
            }
            (await _engine.TypedAsync("docker ps -aq | xargs -r docker rm -f -v")).Succeeded();
            await Eventually.TrueAsync(async () => (await LeftAsync()).Length == 0, () => "nothing to be left: " + LeftAsync().Result);
        }
        Assert.Equal("", (await _engine.DockerAsync("volume", "ls", "-q")).Succeeded().Output);
    }

    private Dictionary<string, string> Docker => new() { ["DOCKER_HOST"] = _engine.Address };

    /// <summary>Files, interfaces, processes and mounts that belong to a container.</summary>
    private async Task<string> LeftAsync() => (await _engine.Host.ShellAsync($"""
        cd {_engine.Host.Folder} && ls -A data/containers exec/containers exec/s data/networks/leases | grep -v -e : -e '^$'
        ip -o link | grep -o 'veth[^:@]*'; cat /proc/[0-9]*/comm | grep sampan-runtime; grep -F {_engine.Host.Folder} /proc/self/mountinfo
        true
        """)).Succeeded().Output;

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
        await Eventually.TrueAsync(async () => (await _engine.Host.ShellAsync(Count())).Succeeded().Output == before);
        Assert.Equal(filesBefore, Files());

        string Files() => string.Join('\n', Directory.GetFileSystemEntries(_engine.DataRoot, "*", SearchOption.AllDirectories)
            .Concat(Directory.GetFileSystemEntries(_engine.ExecRoot, "*", SearchOption.AllDirectories)).Where(path => !path.Contains("/fs/", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Half_written_documents_of_a_killed_daemon_are_removed_by_the_next()
    {
        await _engine.KillDaemonAsync();
        string[] halves = ["networks/leases/1.json.tmp", "networks/bridge.json.tmp", "snapshots/keys/1.json.tmp", "snapshots/chains/1.json.tmp"];
        foreach (string half in halves) File.WriteAllText(Path.Combine(_engine.DataRoot, half), "{");
        await _engine.StartDaemonAsync();
        Assert.DoesNotContain(halves, half => File.Exists(Path.Combine(_engine.DataRoot, half)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_container_ends_with_its_shim_and_can_be_started_again(bool daemonIsAway)
    {
        (await _engine.DockerAsync("run", "-d", "--name", "orphan", "-p", "8099:80", "busybox", "sleep", "1000")).Succeeded();
        (await _engine.DockerAsync("run", "-d", "--name", "frozen", "busybox", "sleep", "1000")).Succeeded();
        (await _engine.DockerAsync("run", "-d", "--name", "steady", "--restart", "always", "busybox", "sleep", "1000")).Succeeded();
        (await _engine.DockerAsync("pause", "frozen")).Succeeded();
        string orphan = await _engine.InspectAsync("orphan", "{{.State.Pid}}"), frozen = await _engine.InspectAsync("frozen", "{{.State.Pid}}"), steady = await _engine.InspectAsync("steady", "{{.State.Pid}}");
        if (daemonIsAway) await _engine.KillDaemonAsync();
        foreach (string name in (string[])["orphan", "frozen", "steady"])
            (await _engine.Host.ShellAsync($"kill -9 $(awk '/^PPid:/ {{print $2}}' /proc/{name switch { "orphan" => orphan, "frozen" => frozen, _ => steady }}/status)")).Succeeded();
        if (daemonIsAway) await _engine.StartDaemonAsync();

        foreach (string pid in (string[])[orphan, frozen, steady])
            // The test host's first process reaps nothing that comes to it.
            await Eventually.TrueAsync(async () => (await _engine.Host.ShellAsync($"grep -q '^State:.[^ZX]' /proc/{pid}/status")).ExitCode != 0, () => $"the end of process {pid}");
        await Eventually.TrueAsync(async () => await _engine.InspectAsync("orphan", "{{.State.Status}} {{.State.ExitCode}}") == "exited 137");
        await Eventually.TrueAsync(async () => await _engine.InspectAsync("frozen", "{{.State.Status}} {{.State.ExitCode}}") == "exited 137");
        await Eventually.TrueAsync(async () => await _engine.InspectAsync("steady", "{{.State.Status}}") == "running");
        (await _engine.DockerAsync("start", "orphan", "frozen")).Succeeded();
        (await _engine.DockerAsync("exec", "orphan", "true")).Succeeded();
        (await _engine.DockerAsync("rm", "-f", "orphan", "frozen", "steady")).Succeeded();
    }

    [Fact]
    public async Task A_new_daemon_knows_the_execs_of_the_last_one()
    {
        (await _engine.DockerAsync("run", "-d", "--name", "worker", "busybox", "sleep", "1000")).Succeeded();
        (await _engine.DockerAsync("exec", "-d", "worker", "sh", "-c", "while [ ! -e /go ]; do sleep 0.1; done; exit 7")).Succeeded();
        string id = await _engine.InspectAsync("worker", "{{index .ExecIDs 0}}");
        Task<CommandResult> Look() => Command.RunAsync(["curl", "-s", "--unix-socket", _engine.Socket, $"http://d/exec/{id}/json"]);
        await _engine.KillDaemonAsync();
        await _engine.StartDaemonAsync();
        Assert.Contains("\"Running\":true", (await Look()).Succeeded().Output);
        (await _engine.DockerAsync("exec", "worker", "touch", "/go")).Succeeded();
        await Eventually.TrueAsync(async () => (await Look()).Output.Contains("\"Running\":false", StringComparison.Ordinal));
        Assert.Contains("\"ExitCode\":7", (await Look()).Succeeded().Output);
        (await _engine.DockerAsync("rm", "-f", "worker")).Succeeded();
    }
}
