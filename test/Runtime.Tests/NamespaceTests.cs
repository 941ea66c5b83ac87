using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class NamespaceTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Every_namespace_is_new_and_the_program_is_its_first_process()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("echo $$; for n in cgroup ipc mnt net pid uts time; do readlink /proc/self/ns/$n; done",
            bundle => bundle.Namespaces.Add(new JsonObject { ["type"] = "time" })));
        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal("1", lines[0]);
        string[] kinds = ["cgroup", "ipc", "mnt", "net", "pid", "uts", "time"];
        for (int i = 0; i < kinds.Length; i++) Assert.NotEqual(new FileInfo($"/proc/self/ns/{kinds[i]}").LinkTarget, lines[i + 1]);
    }

    [Fact]
    public void Names_sysctls_and_clocks_are_set_in_the_new_namespaces_only()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("hostname; cat /proc/sys/kernel/domainname /proc/sys/kernel/shmmni /proc/sys/net/ipv4/ip_forward /proc/self/timens_offsets", bundle =>
        {
            bundle.Config["hostname"] = "host-of-test";
            bundle.Config["domainname"] = "domain-of-test";
            bundle.Linux["sysctl"] = new JsonObject { ["kernel.shmmni"] = "1234", ["net.ipv4.ip_forward"] = "1" };
            bundle.Namespaces.Add(new JsonObject { ["type"] = "time" });
            bundle.Linux["timeOffsets"] = new JsonObject { ["boottime"] = new JsonObject { ["secs"] = 1000, ["nanosecs"] = 5 } };
        }));
        Assert.StartsWith("host-of-test\ndomain-of-test\n1234\n1\n", output);
        Assert.Matches(@"boottime\s+1000\s+5", output);
        Assert.NotEqual("host-of-test", Environment.MachineName);
    }

    [Fact]
    public void A_namespace_given_by_its_path_is_joined()
    {
        _host.StartSleeper();
        JsonNode first = JsonNode.Parse(_host.Run("state", _host.Id).Output)!;
        Bundle second = new(_host);
        foreach (string kind in (string[])["network", "ipc", "uts", "pid"])
        {
            second.RemoveNamespace(kind);
            second.Namespaces.Add(new JsonObject { ["type"] = kind, ["path"] = $"/proc/{first["pid"]}/ns/{(kind == "network" ? "net" : kind)}" });
        }
        second.Config.Remove("hostname");
        second.Linux["cgroupsPath"] = $"/sampan-test/{_host.Id}/second";
        second.Process["args"] = new JsonArray("sh", "-c", "for n in net ipc uts pid; do readlink /proc/self/ns/$n; done; cat /proc/1/comm");
        string[] lines = RuntimeProgramHost.Succeed(_host.Run("run", "-b", second.Write(), $"{_host.Id}-second")).TrimEnd('\n').Split('\n');
        Assert.Equal(new FileInfo($"/proc/{first["pid"]}/ns/net").LinkTarget, lines[0]);
        Assert.Equal(new FileInfo($"/proc/{first["pid"]}/ns/pid").LinkTarget, lines[3]);
        Assert.Equal("sleep", lines[4]);
    }

    [Fact]
    public void In_a_user_namespace_root_is_nobody_on_the_host_and_devices_and_files_are_its_own()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("id -u; cat /proc/self/uid_map; stat -c %u /dev /dev/shm /dev/pts /made-by-nobody-yet/x 2>/dev/null; echo hi > /dev/null; touch /tmp/mine; stat -c %u /tmp/mine", bundle =>
        {
            bundle.UseUserNamespace();
            bundle.Config["root"]!["readonly"] = false;
        }));
        Assert.Equal("0\n         0     100000      65536\n0\n0\n0\n0\n", output);
        Assert.Equal("100000", RuntimeProgramHost.Execute("stat", ["-c", "%u", $"{_host.Rootfs}/tmp/mine"]).Output.Trim());
    }

    [Fact]
    public void Exec_enters_a_user_namespace()
    {
        _host.StartSleeper(bundle => bundle.UseUserNamespace());
        Assert.Equal("0\n", RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "id", "-u")));
    }

    [Fact]
    public void Cgroup_mounts_show_the_containers_own_group_as_root()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("cat /proc/self/cgroup; cat /sys/fs/cgroup/pids/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids.max; grep -v unified /proc/self/mountinfo | grep -c cgroup",
            bundle => bundle.Linux["resources"] = JsonNode.Parse("""{"pids":{"limit":55}}""")));
        Assert.Contains("\n55\n", output);
        Assert.DoesNotContain(_host.Id, output.Split("55")[0].Split('\n').Where(line => line.Contains("pids")).DefaultIfEmpty("").First());
    }
}
