namespace Sampan.Runtime.Tests;

/// <summary>With a real systemd: a user's manager, in pid, mount and cgroup namespaces of its own. The last is not to be left out: systemd
/// moves every process that it finds in its root group.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_container_is_a_scope_of_systemd_which_knows_its_limits()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new System.Text.Json.Nodes.JsonArray("sleep", "1000");
        bundle.Linux["cgroupsPath"] = $"sampantest.slice:test:{_host.Id}";
        bundle.Linux["resources"] = System.Text.Json.Nodes.JsonNode.Parse("""{"pids":{"limit":77},"cpu":{"quota":50000,"period":100000}}""");
        bundle.Config["annotations"] = System.Text.Json.Nodes.JsonNode.Parse("""
            {"org.systemd.property.TimeoutStopSec":"12","org.systemd.property.RuntimeMaxUSec":"uint64 3600000000","org.systemd.property.CollectMode":"'inactive-or-failed'",
             "org.systemd.property.After":"['paths.target', \"timers.target\"]","org.systemd.property.SendSIGHUP":"true"}
            """);
        string own = $"systemd-{_host.Id}";
        string unit = $"test-{_host.Id}.scope";
        string script = $$"""
            mount -t tmpfs tmpfs /sys/fs/cgroup
            while IFS=: read -r _ controllers _; do
              case $controllers in
                '') mkdir /sys/fs/cgroup/unified; mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified;;
                name=*) mkdir /sys/fs/cgroup/${controllers#name=}; mount -t cgroup -o none,$controllers cgroup /sys/fs/cgroup/${controllers#name=};;
                *) mkdir /sys/fs/cgroup/$controllers; mount -t cgroup -o $controllers cgroup /sys/fs/cgroup/$controllers;;
              esac
            done < /proc/self/cgroup
            alone() {   # nobody else is in what systemd will take for the machine's groups; processes of another pid namespace show as 0
              [ "$(readlink /proc/self/ns/cgroup)" != "$1" ] && ! grep -qv ':/$' /proc/self/cgroup && [ "$(ls /sys/fs/cgroup | wc -l)" = "$(grep -c : /proc/self/cgroup)" ] || return 1
              for procs in /sys/fs/cgroup/*/cgroup.procs; do
                for pid in $(cat $procs); do [ "$pid" != 0 ] || return 1; done
              done
            }
            alone "$1" || { echo 'not alone: systemd is not started'; exit 9; }
            mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/system /run/user/0; export XDG_RUNTIME_DIR=/run/user/0
            /lib/systemd/systemd --user --unit=basic.target > /dev/null 2>&1 &
            for try in $(seq 200); do [ -S /run/user/0/systemd/private ] && break; sleep 0.05; done
            r() { {{RuntimeProgramHost.Program}} --root {{_host.StateRoot}} --systemd-cgroup "$@"; }
            show() { systemctl --user show {{unit}} -p "$1"; }
            r run -d -b {{bundle.Write()}} {{_host.Id}} < /dev/null > /dev/null
            for property in ActiveState Slice TasksMax CPUQuotaPerSecUSec TimeoutStopUSec RuntimeMaxUSec CollectMode SendSIGHUP ControlGroup; do show $property; done
            show After | grep -o '[a-z]*.target' | sort
            cat /sys/fs/cgroup/pids/sampantest.slice/{{unit}}/pids.max
            r update --pids-limit 55 {{_host.Id}}
            show TasksMax; cat /sys/fs/cgroup/pids/sampantest.slice/{{unit}}/pids.max
            r exec {{_host.Id}} cat /proc/self/cgroup | grep -c :/$
            ! r run -d -b {{bundle.Write()}} again < /dev/null 2>&1 | grep -o 'UnitExists'
            r delete -f {{_host.Id}}
            show ActiveState; ls -d /sys/fs/cgroup/*/sampantest.slice/{{unit}} 2> /dev/null || echo gone
            """;
        const string Enter = """
            for h in /sys/fs/cgroup/*; do [ -e $h/cgroup.procs ] || continue
              mkdir -p $h/sampan-test; [ ! -e $h/cpuset.cpus ] || for f in cpus mems; do cat $h/cpuset.$f > $h/sampan-test/cpuset.$f; done
              mkdir $h/sampan-test/$1; [ ! -e $h/cpuset.cpus ] || for f in cpus mems; do cat $h/cpuset.$f > $h/sampan-test/$1/cpuset.$f; done
              echo $$ > $h/sampan-test/$1/cgroup.procs
            done
            exec unshare -C sh -c "$2" sh "$(readlink /proc/self/ns/cgroup)"
            """;
        string output = RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("unshare", ["-m", "-p", "--fork", "--mount-proc", "--kill-child", "--propagation", "private", "sh", "-ec", Enter, "sh", own, script]));
        foreach (string hierarchy in Directory.GetDirectories("/sys/fs/cgroup")) AwaitRemoval($"{hierarchy}/sampan-test/{own}");
        Assert.Equal($"""
            ActiveState=active
            Slice=sampantest.slice
            TasksMax=77
            CPUQuotaPerSecUSec=500ms
            TimeoutStopUSec=12s
            RuntimeMaxUSec=1h
            CollectMode=inactive-or-failed
            SendSIGHUP=yes
            ControlGroup=/sampantest.slice/{unit}
            paths.target
            timers.target
            77
            TasksMax=55
            55
            {_hierarchies}
            UnitExists
            ActiveState=inactive
            gone

            """, output);
    }

    [Theory]
    [InlineData("Ab", "1", "annotation org.systemd.property.Ab name incorrect: too short")]
    [InlineData("CPU_Weight", "1", "name incorrect: contains non-alphabetic character")]
    [InlineData("CPUWeight", "uint65 1", "value parse error: unrecognized type \"uint65\"")]
    [InlineData("CPUWeight", "uint16 70000", "value parse error: 70000 is out of the range of type \"q\"")]
    [InlineData("CPUWeight", "byte -1", "out of the range")]
    [InlineData("CPUWeight", "12 13", "unexpected text after the value: 13")]
    [InlineData("Description", "'open", "unterminated string")]
    [InlineData("After", "['a', 1]", "in one array")]
    [InlineData("After", "[]", "the type of an empty array must be said")]
    [InlineData("After", "['a'", "expected ',' or ']'")]
    [InlineData("Environment", "{'a': 1}", "unrecognized type")]
    [InlineData("TimeoutStopSec", "'12'", "value parse error: not a number")]
    [InlineData("Description", "", "unexpected end of the value")]
    public void A_property_that_cannot_be_read_is_refused_and_without_systemd_groups_it_is_of_no_matter(string name, string value, string problem)
    {
        Bundle bundle = new(_host);
        bundle.Config["annotations"] = new System.Text.Json.Nodes.JsonObject { [$"org.systemd.property.{name}"] = value };
        bundle.Process["args"] = new System.Text.Json.Nodes.JsonArray("true");
        RuntimeProgramHost.Succeed(_host.Run("run", "-b", bundle.Write(), _host.Id));
        bundle.Linux["cgroupsPath"] = $"sampantest.slice:test:{_host.Id}";
        string error = _host.Run("--log-format", "json", "--systemd-cgroup", "run", "-b", bundle.Write(), _host.Id).Error;
        Assert.Contains(problem, (string)System.Text.Json.Nodes.JsonNode.Parse(error)!["msg"]!);
    }

    [Fact]
    public void Without_systemd_its_groups_are_refused()
    {
        Bundle bundle = new(_host);
        Outcome outcome = RuntimeProgramHost.Execute("env", ["XDG_RUNTIME_DIR=/nonexistent", RuntimeProgramHost.Program, "--root", _host.StateRoot, "--systemd-cgroup", "run", "-b", bundle.Write(), _host.Id]);
        Assert.Contains("expected cgroupsPath to be of format \\\"slice:prefix:name\\\"", outcome.Error);
        bundle.Linux["cgroupsPath"] = $"sampantest.slice:test:{_host.Id}";
        outcome = RuntimeProgramHost.Execute("env", ["XDG_RUNTIME_DIR=/nonexistent", RuntimeProgramHost.Program, "--root", _host.StateRoot, "--systemd-cgroup", "run", "-b", bundle.Write(), _host.Id]);
        Assert.Contains("systemd not running on this host", outcome.Error);
    }

    // The namespace's processes were killed with its first one; each leaves its group when it has ended.
    private static void AwaitRemoval(string group)
    {
        for (int tries = 2000; Directory.Exists(group); tries--)
        {
            Assert.True(tries > 0, $"'{group}' is not empty after 10 s");
            try
            {
                foreach (string below in Directory.GetDirectories(group)) AwaitRemoval(below);
                Directory.Delete(group);
            }
            catch (IOException)
            {
                Thread.Sleep(5);
            }
        }
    }

    private static readonly int _hierarchies = File.ReadAllLines("/proc/self/cgroup").Length;
}
