using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_command_explains_itself_as_runc_does()
    {
        foreach (string command in (string[])["checkpoint", "create", "delete", "events", "exec", "kill", "list", "pause", "ps", "restore", "resume", "run", "spec", "start", "state", "update", "features"])
        {
            string help = RuntimeProgramHost.Succeed(_host.Run(command, "-h"));
            Assert.StartsWith($"NAME:\n   sampan-runtime {command}, as runc {command} - ", help);
            Assert.Equal(help, _host.Run("help", command).Output);
        }
        Assert.Contains("No help topic for 'foo'", _host.Run("foo", "-h").Error);
    }

    [Fact]
    public void Flags_may_follow_the_container_but_not_the_command_of_an_exec()
    {
        _host.StartSleeper();
        RuntimeProgramHost.Succeed(_host.Run("update", _host.Id, "--pids-limit", "33"));
        Assert.Equal("33", RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "cat", "/sys/fs/cgroup/pids/pids.max")).Trim());
        Assert.Equal("-c\n", RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "echo", "-c")));
    }

    [Fact]
    public void Cruns_names_for_the_configuration_and_the_cgroups_are_known()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sh", "-c", "cat /proc/self/cgroup; sleep 1000");
        string folder = bundle.Write();
        File.Move($"{folder}/config.json", $"{folder}/other.json");
        Assert.Contains("JSON specification file config.json not found", _host.Run("run", "-d", "-b", folder, _host.Id).Error);
        RuntimeProgramHost.Succeed(_host.Run("--cgroup-manager", "cgroupfs", "run", "-d", "-b", folder, "-f", "other.json", _host.Id));
        Assert.Contains($"/sampan-test/{_host.Id}", File.ReadAllText($"/proc/{JsonNode.Parse(_host.Run("state", _host.Id).Output)!["pid"]}/cgroup"));
        RuntimeProgramHost.Succeed(_host.Run("delete", "--force", _host.Id));

        RuntimeProgramHost.Succeed(_host.Run("--cgroup-manager=disabled", "run", "-d", "-b", folder, "--config", "other.json", _host.Id));
        int pid = (int)JsonNode.Parse(_host.Run("state", _host.Id).Output)!["pid"]!;
        Assert.Equal(File.ReadAllText("/proc/self/cgroup"), File.ReadAllText($"/proc/{pid}/cgroup"));
        Assert.Contains("cannot pause", _host.Run("pause", _host.Id).Error);
        Assert.Contains("unknown cgroup manager 'none'", _host.Run("--cgroup-manager", "none", "list").Error);
    }

    [Theory]
    [InlineData("--l3-cache-schema", "L3:0=f", "Intel RDT/CAT: l3 cache schema is not enabled")]
    [InlineData("--mem-bw-schema", "MB:0=20", "Intel RDT/MBA: memory bandwidth schema is not enabled")]
    public void Where_the_processor_has_no_classes_of_cache_their_update_is_refused(string flag, string schema, string problem)
    {
        Assert.False(Directory.Exists("/sys/fs/resctrl/info"), "this machine has Intel RDT: the update would work");
        _host.StartSleeper();
        Assert.Contains(problem, _host.Run("update", flag, schema, _host.Id).Error);
    }

    [Fact]
    public void Stats_are_runcs_document()
    {
        _host.StartSleeper();
        string line = RuntimeProgramHost.Succeed(_host.Run("events", "--stats", _host.Id));
        Assert.StartsWith($"{{\"type\":\"stats\",\"id\":\"{_host.Id}\",\"data\":{{\"cpu\":{{\"usage\":", line);
        JsonNode data = JsonNode.Parse(line)!["data"]!;
        Assert.True((ulong)data["memory"]!["usage"]!["usage"]! > 0);
        Assert.Equal(1UL, (ulong)data["pids"]!["current"]!);
    }

    [Fact]
    public void An_exec_may_join_a_group_below_and_none_beside_or_missing()
    {
        _host.StartSleeper();
        string group = $"/sys/fs/cgroup/pids/sampan-test/{_host.Id}";
        Directory.CreateDirectory($"{group}/below");
        Assert.Contains($"pids:/below\n", RuntimeProgramHost.Succeed(_host.Run("exec", "--cgroup", "pids:below", _host.Id, "cat", "/proc/self/cgroup")));
        Assert.Contains("bad sub cgroup path", _host.Run("exec", "--cgroup", "..", _host.Id, "true").Error);
        Assert.Contains("unknown controller", _host.Run("exec", "--cgroup", "nosuch:/", _host.Id, "true").Error);
        var missing = _host.Run("exec", "--cgroup", "nosuch", _host.Id, "true");
        Assert.Equal(255, missing.ExitCode);
        Assert.Contains("/nosuch/cgroup.procs: no such file or directory", missing.Error);
    }

    [Fact]
    public async Task An_exec_into_a_paused_container_waits_for_its_resumption_when_told_to()
    {
        _host.StartSleeper();
        RuntimeProgramHost.Succeed(_host.Run("pause", _host.Id));
        Assert.Contains("cannot exec in a paused container", _host.Run("exec", _host.Id, "true").Error);
        Task<Outcome> exec = Task.Run(() => _host.Run("exec", "--ignore-paused", _host.Id, "echo", "ok"));
        RuntimeProgramHost.Succeed(_host.Run("resume", _host.Id));
        Assert.Equal("ok\n", RuntimeProgramHost.Succeed(await exec));
    }

    [Fact]
    public async Task A_container_that_is_ready_is_told_of_to_the_service_manager()
    {
        string path = $"{_host.Folder}/manager";
        using Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sh", "-c", "test -S $NOTIFY_SOCKET && exec sleep 1000");
        string folder = bundle.Write();
        Task<Outcome> run = Task.Run(() => RuntimeProgramHost.Execute("env", [$"NOTIFY_SOCKET={path}", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-d", "-b", folder, _host.Id]));
        using Socket container = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        string theirs = $"{_host.StateRoot}/{_host.Id}/notify/notify.sock";
        while (!File.Exists(theirs) && !run.IsCompleted) await Task.Delay(5);
        container.SendTo("STATUS=well\nREADY=1"u8, new UnixDomainSocketEndPoint(theirs));
        Assert.Equal("READY=1\n", Receive(manager));
        Assert.StartsWith("MAINPID=", Receive(manager));
        Assert.Equal("BARRIER=1", Receive(manager));   // its pipe is closed by nobody here: the descriptor is not even taken
        RuntimeProgramHost.Succeed(await run);
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
