using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class LifecycleTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_created_container_waits_until_another_process_starts_it()
    {
        Bundle bundle = new(_host);
        bundle.Mount("/mnt", "bind", _host.Folder, "bind");
        bundle.Process["args"] = new JsonArray("sh", "-c", "touch /mnt/started; exec sleep 1000");
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", bundle.Write(), "--pid-file", $"{_host.Folder}/pid", _host.Id));
        Assert.False(File.Exists($"{_host.Folder}/started"));
        JsonNode state = State();
        Assert.Equal("created", (string)state["status"]!);
        Assert.Equal(File.ReadAllText($"{_host.Folder}/pid"), state["pid"]!.ToString());

        RuntimeProgramHost.Succeed(_host.Run("start", _host.Id));
        Assert.Equal("running", (string)State()["status"]!);
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{_host.Folder}/started"), TimeSpan.FromSeconds(30)));
        Assert.Contains("cannot start an already running container", _host.Run("start", _host.Id).Error);
    }

    [Fact]
    public void A_created_container_that_is_paused_is_not_started_until_it_is_resumed()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", bundle.Write(), _host.Id));
        RuntimeProgramHost.Succeed(_host.Run("pause", _host.Id));
        Assert.Equal("paused", (string)State()["status"]!);
        Assert.Contains("cannot start a container in the paused state", _host.Run("start", _host.Id).Error);
        RuntimeProgramHost.Succeed(_host.Run("resume", _host.Id));
        Assert.Equal("created", (string)State()["status"]!);
        RuntimeProgramHost.Succeed(_host.Run("start", _host.Id));
        Assert.Equal("running", (string)State()["status"]!);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("USR1")]
    [InlineData("KILL")]
    public void A_created_container_ends_by_a_signal_that_ends_programs(string signal)
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", bundle.Write(), _host.Id));
        RuntimeProgramHost.Succeed(_host.Run("kill", _host.Id, "WINCH"));
        Assert.Equal("created", (string)State()["status"]!);
        RuntimeProgramHost.Succeed(_host.Run("kill", _host.Id, signal));
        Assert.True(SpinWait.SpinUntil(() => (string)State()["status"]! == "stopped", TimeSpan.FromSeconds(30)));
        Assert.Contains("cannot start a container that has stopped", _host.Run("start", _host.Id).Error);
    }

    [Fact]
    public void A_container_with_a_relative_cgroupsPath_is_found_again_from_another_cgroup()
    {
        _host.StartSleeper(bundle => bundle.Linux["cgroupsPath"] = $"sampan-test-{_host.Id}");
        string group = $"/sys/fs/cgroup/pids/sampan-other-{_host.Id}";
        bool isUnified = !Directory.Exists("/sys/fs/cgroup/pids");
        if (isUnified) group = group.Replace("/pids", "");
        Directory.CreateDirectory(group);
        try
        {
            string script = $"echo $$ > {group}/cgroup.procs; {RuntimeProgramHost.Program} --root {_host.StateRoot}";
            Assert.Contains("sleep", RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("sh", "-c", $"{script} ps {_host.Id}")));
            RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("sh", "-c", $"{script} update --pids-limit 77 {_host.Id}"));
            Assert.Contains("77", RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("sh", "-c", $"{script} events --stats {_host.Id}")));
            RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("sh", "-c", $"{script} delete --force {_host.Id}"));
        }
        finally
        {
            Directory.Delete(group);
        }
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup")) Assert.False(Directory.Exists($"{hierarchy}/sampan-test-{_host.Id}"), hierarchy);
    }

    [Fact]
    public void State_has_runcs_fields()
    {
        _host.StartSleeper(bundle => bundle.Config["annotations"] = new JsonObject { ["a.b"] = "c" });
        JsonNode state = State();
        Assert.Equal(["annotations", "bundle", "created", "id", "ociVersion", "owner", "pid", "rootfs", "status"], state.AsObject().Select(pair => pair.Key).Order());
        Assert.Equal(_host.Rootfs, (string)state["rootfs"]!);
        Assert.Equal("c", (string)state["annotations"]!["a.b"]!);
    }

    [Fact]
    public void A_killed_container_is_stopped_and_deleted_once()
    {
        _host.StartSleeper();
        Assert.Contains("is not stopped: running", _host.Run("delete", _host.Id).Error);
        RuntimeProgramHost.Succeed(_host.Run("kill", _host.Id, "KILL"));
        Assert.True(SpinWait.SpinUntil(() => (string)State()["status"]! == "stopped", TimeSpan.FromSeconds(30)));
        Assert.Equal(0, (int)State()["pid"]!);
        Assert.Contains("container not running", _host.Run("kill", _host.Id, "TERM").Error);
        RuntimeProgramHost.Succeed(_host.Run("delete", _host.Id));
        Outcome again = _host.Run("delete", _host.Id);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("does not exist", again.Error);
        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));
    }

    [Theory]
    [InlineData("exit 42", 42)]
    [InlineData("kill -9 $$; sleep 5", 0)]   // the first process of a pid namespace does not die of its own signals
    [InlineData("sh -c 'kill -TERM $$'; exit $?", 143)]
    public void Run_gives_the_programs_exit_code(string script, int code)
        => Assert.Equal(code, _host.RunScript(script.Replace("sleep 5", "true")).ExitCode);

    [Fact]
    public void Signals_reach_the_program_through_run()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sh", "-c", "trap 'exit 7' TERM; echo ready; while true; do sleep 0.05; done");
        ProcessStartInfo start = new(RuntimeProgramHost.Program, ["--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.Equal("ready", process.StandardOutput.ReadLine());
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("kill", ["-TERM", $"{process.Id}"]));
        process.WaitForExit();
        Assert.Equal(7, process.ExitCode);
    }

    [Fact]
    public void A_new_size_of_the_terminal_reaches_a_program_that_writes_nothing()
    {
        Bundle bundle = new(_host);
        bundle.Mount("/mnt", "bind", _host.Folder, "bind");
        bundle.Process["terminal"] = true;
        bundle.Process["args"] = new JsonArray("sh", "-c", "trap 'stty size > /mnt/size; exit 0' WINCH; touch /mnt/ready; while :; do sleep 0.1; done");
        string run = $"tty > {_host.Folder}/tty; exec {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}";
        using Process script = Process.Start(new ProcessStartInfo("script", ["-qec", run, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{_host.Folder}/ready"), TimeSpan.FromSeconds(30)));
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("stty", "-F", File.ReadAllText($"{_host.Folder}/tty").Trim(), "rows", "33", "cols", "77"));
        Assert.True(script.WaitForExit(TimeSpan.FromSeconds(30)), "the program heard of no new size");
        Assert.Equal("33 77\n", File.ReadAllText($"{_host.Folder}/size"));
    }

    /// <summary>"Any changes made to the config.json file after this operation will not have an effect on the container." runtime.md § Create</summary>
    [Fact]
    public void What_becomes_of_the_bundle_after_the_creation_does_not_change_the_container()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        bundle.Process["env"] = new JsonArray("PATH=/bin", "MADE=with");
        bundle.Config["hooks"] = new JsonObject
        {
            ["poststart"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"touch {_host.Folder}/poststart") }),
            ["poststop"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", $"touch {_host.Folder}/poststop") }),
        };
        string folder = bundle.Write();
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", folder, _host.Id));
        File.WriteAllText($"{folder}/config.json", "{}");
        RuntimeProgramHost.Succeed(_host.Run("start", _host.Id));
        Assert.True(File.Exists($"{_host.Folder}/poststart"));
        File.Delete($"{folder}/config.json");
        Assert.Contains("MADE=with", RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "env")));
        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));
        Assert.True(File.Exists($"{_host.Folder}/poststop"));
    }

    [Fact]
    public void Ids_are_taken_once_and_must_be_plain()
    {
        _host.StartSleeper();
        Assert.Contains("container with given ID already exists", _host.Run("run", "-b", new Bundle(_host).Write(), _host.Id).Error);
        foreach (string id in (string[])["..", "a/b", "a b"])
            Assert.Contains("invalid container ID format", _host.Run("run", "-b", new Bundle(_host).Write(), id).Error);
        Assert.Contains("container id cannot be empty", _host.Run("run", "").Error);
        Assert.Equal("running", (string)State()["status"]!);
    }

    [Fact]
    public void List_and_ps_show_what_runs()
    {
        _host.StartSleeper();
        JsonNode listed = JsonNode.Parse(_host.Run("list", "-f", "json").Output)![0]!;
        Assert.Equal(_host.Id, (string)listed["id"]!);
        Assert.Equal("root", (string)listed["owner"]!);
        Assert.Equal($"{_host.Id}\n", _host.Run("list", "-q").Output);
        Assert.Equal($"[{State()["pid"]}]\n", _host.Run("ps", "-f", "json", _host.Id).Output);
        Assert.Contains("sleep 1000", RuntimeProgramHost.Succeed(_host.Run("ps", _host.Id)));
    }

    [Fact]
    public void A_paused_container_stands_still_until_it_is_resumed()
    {
        _host.StartSleeper();
        RuntimeProgramHost.Succeed(_host.Run("pause", _host.Id));
        Assert.Equal("paused", (string)State()["status"]!);
        Assert.Contains("cannot exec in a paused container", _host.Run("exec", _host.Id, "true").Error);
        RuntimeProgramHost.Succeed(_host.Run("resume", _host.Id));
        Assert.Equal("running", (string)State()["status"]!);
        Assert.Contains("container not paused", _host.Run("resume", _host.Id).Error);
    }

    [Fact]
    public void Update_changes_the_limits()
    {
        _host.StartSleeper();
        RuntimeProgramHost.Succeed(_host.Run("update", "--pids-limit", "77", "--memory", "64m", _host.Id));
        string[] limits = [.. Directory.GetFiles("/sys/fs/cgroup", "pids.max", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).Where(path => path.Contains(_host.Id))];
        Assert.Equal("77\n", File.ReadAllText(Assert.Single(limits)));
    }

    private JsonNode State() => JsonNode.Parse(RuntimeProgramHost.Succeed(_host.Run("state", _host.Id)))!;
}
