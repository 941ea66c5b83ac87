using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

/// <summary>Everything as a user without privileges, in a mount namespace where /etc/subuid gives that user ids.</summary>
public sealed class RootlessTests : IDisposable
{
    private const int User = 1234;
    private readonly RuntimeProgramHost _host = new();
    private readonly string _bundle;
    private readonly JsonObject _config;

    public RootlessTests()
    {
        File.Copy(RuntimeProgramHost.Program, $"{_host.Folder}/program");
        File.WriteAllText($"{_host.Folder}/passwd", File.ReadAllText("/etc/passwd") + $"tester:x:{User}:{User}::/tmp:/bin/sh\n");
        File.WriteAllText($"{_host.Folder}/ids", "tester:200000:65536\n");
        File.SetUnixFileMode($"{_host.Folder}/program", (UnixFileMode)0x1ED);
        File.SetUnixFileMode(_host.Folder, (UnixFileMode)0x1ED);
        _bundle = Directory.CreateDirectory($"{_host.Folder}/bundle").FullName;
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("chown", "-hR", $"{User}:{User}", _host.Rootfs, _bundle));
        RuntimeProgramHost.Succeed(Run("spec", "--rootless", "-b", _bundle));
        _config = JsonNode.Parse(File.ReadAllText($"{_bundle}/config.json"))!.AsObject();
        _config["process"]!["terminal"] = false;
        _config["root"] = new JsonObject { ["path"] = _host.Rootfs };
    }

    public void Dispose()
    {
        Run("delete", "--force", _host.Id);
        _host.Dispose();
    }

    [Fact]
    public void A_container_needs_no_privileges_at_all()
    {
        Write("sh", "-c", "id -u; cat /proc/self/uid_map; exit 6");
        Outcome run = Run("run", "-b", _bundle, _host.Id);
        Assert.Equal(6, run.ExitCode);
        Assert.Equal(["0", "0 1234 1"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
    }

    [Fact]
    public void A_running_one_is_entered_listed_and_killed()
    {
        Write("sleep", "1000");
        RuntimeProgramHost.Succeed(Run("run", "-d", "-b", _bundle, _host.Id));
        Outcome exec = Run("exec", _host.Id, "sh", "-c", "readlink /proc/1/exe; exit 7");
        Assert.Equal((7, "/bin/busybox\n"), (exec.ExitCode, exec.Output));
        Assert.Contains("sleep 1000", RuntimeProgramHost.Succeed(Run("ps", _host.Id)));
        Assert.Contains("no cgroup of its own", Run("pause", _host.Id).Error);
        RuntimeProgramHost.Succeed(Run("kill", _host.Id, "KILL"));
        while (RuntimeProgramHost.Succeed(Run("state", _host.Id)).Contains("running", StringComparison.Ordinal)) Thread.Sleep(5);
        RuntimeProgramHost.Succeed(Run("delete", _host.Id));
    }

    [Fact]
    public void More_ids_come_from_newuidmap_and_its_absence_is_said()
    {
        foreach (string map in (string[])["uidMappings", "gidMappings"])
            _config["linux"]![map]!.AsArray().Add(new JsonObject { ["containerID"] = 1, ["hostID"] = 200000, ["size"] = 1000 });
        _config["process"]!["user"] = new JsonObject { ["uid"] = 5, ["gid"] = 6, ["additionalGids"] = new JsonArray(7) };
        Write("id");
        Assert.Equal("uid=5 gid=6 groups=6,7", RuntimeProgramHost.Succeed(Run("run", "-b", _bundle, _host.Id)).Trim().Replace("groups=7", "groups=6,7", StringComparison.Ordinal));
        Assert.Contains("needs newuidmap: install the package uidmap", AsUser("PATH=/nonexistent", "run", "-b", _bundle, _host.Id).Error);
    }

    [Fact]
    public void What_cannot_be_had_is_said()
    {
        _config["linux"]!["resources"] = new JsonObject { ["memory"] = new JsonObject { ["limit"] = 1 << 26 } };
        Write("true");
        Assert.Contains("rootless needs no limits + no cgrouppath when no permission is granted for cgroups", Run("run", "-b", _bundle, _host.Id).Error);
        _config["linux"]!["cgroupsPath"] = "/sampan-test/rootless";
        Write("true");
        Assert.Contains("unable to apply cgroup configuration", Run("run", "-b", _bundle, _host.Id).Error);
        _config["linux"]!["namespaces"] = new JsonArray(new JsonObject { ["type"] = "mount" });
        Write("true");
        Assert.Contains("rootless container requires user namespaces", Run("run", "-b", _bundle, _host.Id).Error);
    }

    private void Write(params string[] arguments)
    {
        _config["process"]!["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]);
        File.WriteAllText($"{_bundle}/config.json", _config.ToJsonString());
    }

    private Outcome Run(params string[] arguments) => AsUser("HOME=/tmp", arguments);

    private Outcome AsUser(string variable, params string[] arguments)
    {
        const string Script = "mount --bind $1/passwd /etc/passwd; touch /etc/subuid /etc/subgid; mount --bind $1/ids /etc/subuid; mount --bind $1/ids /etc/subgid; "
            + "mkdir -p $1/run; chown 1234:1234 $1/run; v=$2; f=$1; shift 2; exec setpriv --reuid 1234 --regid 1234 --clear-groups env \"$v\" $f/program --root $f/run \"$@\"";
        return RuntimeProgramHost.Execute("unshare", ["-m", "--propagation", "private", "sh", "-ec", Script, "sh", _host.Folder, variable, .. arguments]);
    }
}
