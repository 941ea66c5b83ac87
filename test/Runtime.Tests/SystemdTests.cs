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
            for property in ActiveState Slice TasksMax CPUQuotaPerSecUSec ControlGroup; do show $property; done
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
            ControlGroup=/sampantest.slice/{unit}
            77
            TasksMax=55
            55
            {_hierarchies}
            UnitExists
            ActiveState=inactive
            gone

            """, output);
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
