using System.Text.Json;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class LifecycleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    private async Task RunAsync(string name, params IEnumerable<string> command) =>
        (await Engine.DockerAsync(["run", "-d", "--name", name, "busybox", .. command])).Succeeded();

    private async Task RemoveAsync(params IEnumerable<string> names) => (await Engine.DockerAsync(["rm", "-f", .. names])).Succeeded();

    [Fact]
    public async Task Create_start_wait_and_remove_one_by_one()
    {
        string id = (await Engine.DockerAsync("create", "--name", "steps", "busybox", "sh", "-c", "exit 7")).Succeeded().Line;
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal("created", await Engine.InspectAsync("steps", "{{.State.Status}}"));
        Assert.Equal("steps", (await Engine.DockerAsync("start", "steps")).Succeeded().Line);
        Assert.Equal("7", (await Engine.DockerAsync("wait", "steps")).Succeeded().Line);
        Assert.Equal("exited 7", await Engine.InspectAsync("steps", "{{.State.Status}} {{.State.ExitCode}}"));
        Assert.Equal("steps", (await Engine.DockerAsync("rm", "steps")).Succeeded().Line);
    }

    [Fact]
    public async Task Ps_filters_and_formats()
    {
        await RunAsync("ps-up", "sleep", "100");
        (await Engine.DockerAsync("create", "--name", "ps-created", "--label", "kind=test", "busybox", "true")).Succeeded();
        (await Engine.DockerAsync("run", "--name", "ps-done", "busybox", "sh", "-c", "exit 2")).Exited(2);
        async Task<string[]> Ps(params IEnumerable<string> more) =>
            (await Engine.DockerAsync(["ps", "--format", "{{.Names}}", "--filter", "name=ps-", .. more])).Succeeded().Lines;

        Assert.Equal(["ps-up"], await Ps());
        Assert.Equal(["ps-done", "ps-created", "ps-up"], await Ps("-a"));
        Assert.Equal(["ps-done"], await Ps("-a", "--filter", "exited=2"));
        Assert.Equal(["ps-created"], await Ps("-a", "--filter", "label=kind=test"));
        Assert.Equal(["ps-created"], await Ps("-a", "--filter", "status=created"));
        Assert.Equal(["ps-done", "ps-created"], await Ps("-a", "--filter", "since=ps-up"));
        Assert.Equal(["ps-created", "ps-up"], await Ps("-a", "--filter", "before=ps-done"));
        Assert.Equal(["ps-up"], await Ps("--filter", "before=ps-done"));
        Assert.Empty(await Ps("--filter", "since=ps-up"));
        Assert.Equal(["ps-done", "ps-created", "ps-up"], await Ps("-a", "--filter", "ancestor=busybox"));
        Assert.Equal(["ps-done"], await Ps("-n", "1"));
        string[] row = (await Engine.DockerAsync("ps", "-a", "--filter", "name=ps-done", "--format", "{{.Image}}|{{.Command}}|{{.Status}}")).Succeeded().Line.Split('|');
        Assert.Equal("busybox", row[0]);
        Assert.Equal("\"sh -c 'exit 2'\"", row[1]);
        Assert.StartsWith("Exited (2) ", row[2]);
        Assert.StartsWith("Up ", (await Engine.DockerAsync("ps", "--filter", "name=ps-up", "--format", "{{.Status}}")).Succeeded().Line);
        Assert.Matches("[Ii]nvalid filter", (await Engine.DockerAsync("ps", "--filter", "nonsense=1")).Exited(1).Error);
        await RemoveAsync("ps-up", "ps-created", "ps-done");
    }

    [Fact]
    public async Task Stop_sends_term_and_then_kill()
    {
        await RunAsync("polite", "sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.1; done");
        (await Engine.DockerAsync("stop", "polite")).Succeeded();
        Assert.Equal("5", await Engine.InspectAsync("polite", "{{.State.ExitCode}}"));
        await RunAsync("deaf", "sleep", "100");
        (await Engine.DockerAsync("stop", "-t", "0", "deaf")).Succeeded();
        Assert.Equal("137", await Engine.InspectAsync("deaf", "{{.State.ExitCode}}"));
        await RemoveAsync("polite", "deaf");
    }

    [Fact]
    public async Task Kill_sends_the_signal_that_is_named()
    {
        await RunAsync("hears", "sh", "-c", "trap 'echo usr1; exit 9' USR1; while :; do sleep 0.1; done");
        (await Engine.DockerAsync("kill", "-s", "USR1", "hears")).Succeeded();
        Assert.Equal("9", (await Engine.DockerAsync("wait", "hears")).Succeeded().Line);
        Assert.Equal("usr1", (await Engine.DockerAsync("logs", "hears")).Succeeded().Line);
        Assert.Contains("is not running", (await Engine.DockerAsync("kill", "hears")).Exited(1).Error);
        await RemoveAsync("hears");
        await RunAsync("killed", "sleep", "100");
        (await Engine.DockerAsync("kill", "killed")).Succeeded();
        Assert.Equal("137", (await Engine.DockerAsync("wait", "killed")).Succeeded().Line);
        await RemoveAsync("killed");
    }

    [Fact]
    public async Task Restart_gives_a_new_process_on_the_same_files()
    {
        await RunAsync("again", "sh", "-c", "echo x >> /runs; sleep 100");
        string pid = await Engine.InspectAsync("again", "{{.State.Pid}}");
        (await Engine.DockerAsync("restart", "-t", "0", "again")).Succeeded();
        Assert.NotEqual(pid, await Engine.InspectAsync("again", "{{.State.Pid}}"));
        await Eventually.TrueAsync(async () => (await Engine.DockerAsync("exec", "again", "wc", "-l", "/runs")).Line == "2 /runs");
        Assert.Equal("2 /runs", (await Engine.DockerAsync("exec", "again", "wc", "-l", "/runs")).Succeeded().Line);
        await RemoveAsync("again");
    }

    [Fact]
    public async Task Rm_refuses_a_running_container_unless_forced()
    {
        await RunAsync("busy", "sleep", "100");
        Assert.Matches("(cannot remove container|You cannot remove a running container)", (await Engine.DockerAsync("rm", "busy")).Exited(1).Error);
        Assert.Equal("busy", (await Engine.DockerAsync("rm", "-f", "busy")).Succeeded().Line);
        Assert.Contains("No such container: busy", (await Engine.DockerAsync("rm", "busy")).Exited(1).Error);
    }

    [Fact]
    public async Task Rm_f_and_kill_end_a_paused_container_too()
    {
        await RunAsync("iced", "sleep", "100");
        (await Engine.DockerAsync("pause", "iced")).Succeeded();
        Assert.Contains("container is paused and must be unpaused first", (await Engine.DockerAsync("rm", "iced")).Exited(1).Error);
        (await Engine.DockerAsync("rm", "-f", "iced")).Succeeded();
        await RunAsync("iced", "sleep", "100");
        (await Engine.DockerAsync("pause", "iced")).Succeeded();
        (await Engine.DockerAsync("kill", "iced")).Succeeded();
        Assert.Equal("exited 137", await Engine.InspectAsync("iced", "{{.State.Status}} {{.State.ExitCode}}"));
        await RemoveAsync("iced");
    }

    [Fact]
    public async Task A_container_with_rm_can_be_restarted_and_goes_when_it_is_stopped()
    {
        (await Engine.DockerAsync("run", "-d", "--rm", "--name", "fleeting", "busybox", "sleep", "100")).Succeeded();
        string pid = await Engine.InspectAsync("fleeting", "{{.State.Pid}}");
        (await Engine.DockerAsync("restart", "-t", "0", "fleeting")).Succeeded();
        Assert.NotEqual(pid, await Engine.InspectAsync("fleeting", "{{.State.Pid}}"));
        Assert.Contains("Restart policy cannot be updated because AutoRemove is enabled for the container",
            (await Engine.DockerAsync("update", "--restart", "always", "fleeting")).Exited(1).Error);
        (await Engine.DockerAsync("stop", "-t", "0", "fleeting")).Succeeded();
        await Eventually.TrueAsync(async () => (await Engine.DockerAsync("inspect", "fleeting")).ExitCode == 1);
    }

    [Fact]
    public async Task A_stop_goes_on_when_its_client_leaves()
    {
        await RunAsync("deaf", "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done");
        await Eventually.TrueAsync(async () => (await Engine.DockerAsync("logs", "deaf")).Line == "ready");
        CommandResult left = await Command.RunAsync(["curl", "-s", "--max-time", "0.3", "--unix-socket", Engine.Socket, "-X", "POST", "http://d/containers/deaf/stop?t=1"]);
        Assert.Equal(28, left.ExitCode);   // curl's timeout
        await Eventually.TrueAsync(async () => await Engine.InspectAsync("deaf", "{{.State.Status}} {{.State.ExitCode}}") == "exited 137");
        await RemoveAsync("deaf");
    }

    [Fact]
    public async Task A_container_is_removed_by_force_in_the_moment_it_ends()
    {
        // The end of the process and the removal meet at another point each time.
        CommandResult runs = await Engine.TypedAsync("for i in 0 1 2 3 4 5 6 7 8 9; do docker run -d --name ending-$i busybox sleep 0.0$i >/dev/null && docker rm -f ending-$i || exit 1; done");
        Assert.Equal(10, runs.Succeeded().Lines.Length);
    }

    [Fact]
    public async Task Limits_that_contradict_those_a_container_has_are_no_update()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "limited", "--cpus", "0.5", "-m", "300m", "--cgroup-parent", "../../../sampan", "busybox", "sleep", "100")).Succeeded();
        Assert.Contains("Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set", (await Engine.DockerAsync("update", "--cpu-quota", "80000", "limited")).Exited(1).Error);
        Assert.Contains("Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time", (await Engine.DockerAsync("update", "-m", "800m", "limited")).Exited(1).Error);
        (await Engine.DockerAsync("update", "--cpus", "0.8", "-m", "800m", "--memory-swap", "1000m", "limited")).Succeeded();
        Assert.Equal("800000000 838860800", await Engine.InspectAsync("limited", "{{.HostConfig.NanoCpus}} {{.HostConfig.Memory}}"));
        (await Engine.DockerAsync("rm", "-f", "limited")).Succeeded();
    }

    [Fact]
    public async Task An_exec_is_listed_until_it_ends_and_inspected_afterwards()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "listed", "busybox", "sleep", "100")).Succeeded();
        Task<CommandResult> exec = Engine.DockerAsync("exec", "listed", "sh", "-c", "while [ ! -e /go ]; do sleep 0.1; done; exit 3");
        await Eventually.TrueAsync(async () => await Engine.InspectAsync("listed", "{{len .ExecIDs}}") == "1");
        string id = await Engine.InspectAsync("listed", "{{index .ExecIDs 0}}");
        (await Engine.DockerAsync("exec", "listed", "touch", "/go")).Succeeded();
        (await exec).Exited(3);
        Assert.Equal("[]", await Engine.InspectAsync("listed", "{{.ExecIDs}}"));
        string inspected = (await Engine.TypedAsync($"curl -s --unix-socket {Engine.Socket} http://d/exec/{id}/json")).Succeeded().Output;
        Assert.Contains("\"ExitCode\":3", inspected);
        Assert.Matches("\"Pid\":[1-9][0-9]*", inspected);
        (await Engine.DockerAsync("rm", "-f", "listed")).Succeeded();
        Assert.Contains("No such exec instance", (await Engine.TypedAsync($"curl -s --unix-socket {Engine.Socket} http://d/exec/{id}/json")).Output);
    }

    [Fact]
    public async Task An_exec_with_a_terminal_is_framed_for_a_client_that_asks_for_frames()
    {
        await RunAsync("framed", "sleep", "100");
        CommandResult made = await Engine.TypedAsync($$$"""
            id=$(curl -s --unix-socket {{{Engine.Socket}}} -H 'Content-Type: application/json' -d '{"Cmd":["echo","hi"],"Tty":true,"AttachStdout":true}' http://d/containers/framed/exec | sed 's/.*"Id":"\([0-9a-f]*\)".*/\1/')
            curl -s --unix-socket {{{Engine.Socket}}} -H 'Content-Type: application/json' -d '{"Detach":false,"Tty":false}' http://d/exec/$id/start | od -An -tx1
            """);
        Assert.Equal("01 00 00 00 00 00 00 04 68 69 0d 0a", made.Succeeded().Line.Trim());
        await RemoveAsync("framed");
    }

    [Fact]
    public async Task Names_are_unique_and_can_be_changed()
    {
        (await Engine.DockerAsync("create", "--name", "first", "busybox", "true")).Succeeded();
        CommandResult taken = (await Engine.DockerAsync("create", "--name", "first", "busybox", "true")).Exited(1);
        Assert.Contains("Conflict. The container name \"/first\" is already in use by container", taken.Error);
        (await Engine.DockerAsync("rename", "first", "renamed")).Succeeded();
        Assert.Equal("/renamed", await Engine.InspectAsync("renamed", "{{.Name}}"));
        (await Engine.DockerAsync("create", "--name", "first", "busybox", "true")).Succeeded();
        Assert.Contains("Invalid container name", (await Engine.DockerAsync("create", "--name", "bad/name", "busybox", "true")).Exited(1).Error);
        await RemoveAsync("first", "renamed");
    }

    [Fact]
    public async Task Containers_are_found_by_short_id()
    {
        string id = (await Engine.DockerAsync("create", "--name", "by-id", "busybox", "true")).Succeeded().Line;
        Assert.Equal("/by-id", await Engine.InspectAsync(id[..12], "{{.Name}}"));
        Assert.Equal("/by-id", await Engine.InspectAsync(id[..5], "{{.Name}}"));
        await RemoveAsync("by-id");
    }

    [Fact]
    public async Task A_container_gets_a_name_when_none_is_given()
    {
        string id = (await Engine.DockerAsync("create", "busybox", "true")).Succeeded().Line;
        Assert.Matches("^/[a-z]+_[a-z]+$", await Engine.InspectAsync(id, "{{.Name}}"));
        await RemoveAsync(id);
    }

    [Fact]
    public async Task Inspect_is_a_document_with_what_was_asked()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "looked-at", "-e", "A=1", "-v", "looked-at-data:/data", "busybox", "sleep", "100")).Succeeded();
        using JsonDocument document = JsonDocument.Parse((await Engine.DockerAsync("inspect", "looked-at")).Succeeded().Output);
        JsonElement container = document.RootElement[0];
        Assert.True(container.GetProperty("State").GetProperty("Running").GetBoolean());
        Assert.True(container.GetProperty("State").GetProperty("Pid").GetInt32() > 1);
        Assert.Contains("A=1", container.GetProperty("Config").GetProperty("Env").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal("looked-at-data", container.GetProperty("Mounts")[0].GetProperty("Name").GetString());
        Assert.Equal("/data", container.GetProperty("Mounts")[0].GetProperty("Destination").GetString());
        Assert.StartsWith("sha256:", container.GetProperty("Image").GetString());
        await RemoveAsync("looked-at");
        (await Engine.DockerAsync("volume", "rm", "looked-at-data")).Succeeded();
    }

    [Fact]
    public async Task Top_shows_the_containers_processes_only()
    {
        await RunAsync("topped", "sleep", "1234");
        CommandResult top = (await Engine.DockerAsync("top", "topped")).Succeeded();
        Assert.StartsWith("UID", top.Lines[0]);
        Assert.EndsWith("sleep 1234", Assert.Single(top.Lines.Skip(1)));
        await RemoveAsync("topped");
    }

    [Fact]
    public async Task Stats_shows_memory_and_processes()
    {
        await RunAsync("measured", "sleep", "100");
        CommandResult stats = (await Engine.DockerAsync("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}} {{.MemUsage}}", "measured")).Succeeded();
        Assert.Matches(@"^measured 1 [\d.]+[KM]iB / [\d.]+GiB$", stats.Line);
        await RemoveAsync("measured");
    }

    [Fact]
    public async Task Pause_stops_time_and_unpause_lets_it_go_on()
    {
        await RunAsync("frozen", "sleep", "100");
        (await Engine.DockerAsync("pause", "frozen")).Succeeded();
        Assert.Equal("paused", await Engine.InspectAsync("frozen", "{{.State.Status}}"));
        (await Engine.DockerAsync("unpause", "frozen")).Succeeded();
        Assert.Equal("running", await Engine.InspectAsync("frozen", "{{.State.Status}}"));
        await RemoveAsync("frozen");
    }

    [Fact]
    public async Task Twenty_containers_started_at_once_all_answer()
    {
        CommandResult runs = await Engine.TypedAsync("seq 20 | xargs -P 8 -I{} docker run --rm busybox echo line-{} | sort -V");
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"line-{i}"), runs.Succeeded().Lines);
    }
}
