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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_network_namespace_has_its_loopback_up(bool withUserNamespace)
        => Assert.Contains("inet 127.0.0.1/8 scope host lo", RuntimeProgramHost.Succeed(_host.RunScript("/bin/busybox ip addr show up", bundle =>
        {
            if (withUserNamespace) bundle.UseUserNamespace();
        })));

    [Fact]
    public void A_network_namespace_that_is_joined_is_left_as_it_is()
    {
        Bundle bundle = new(_host);
        bundle.RemoveNamespace("network");
        bundle.Namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = "/proc/self/ns/net" });
        bundle.Process["args"] = new JsonArray("/bin/busybox", "ip", "-o", "link");
        Assert.DoesNotContain("UP", RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("unshare", "-n", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id)));
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
    public void A_user_namespace_is_joined_by_its_path_with_others_inside_and_outside_of_it()
    {
        _host.StartSleeper(bundle => bundle.UseUserNamespace());
        JsonNode first = JsonNode.Parse(_host.Run("state", _host.Id).Output)!;
        Bundle second = new(_host);
        second.Namespaces.Add(new JsonObject { ["type"] = "user", ["path"] = $"/proc/{first["pid"]}/ns/user" });
        second.RemoveNamespace("network");
        second.Namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = $"/proc/{Environment.ProcessId}/ns/net" });   // belongs to ours
        foreach (string kind in (string[])["uts", "pid"])
        {
            second.RemoveNamespace(kind);
            second.Namespaces.Add(new JsonObject { ["type"] = kind, ["path"] = $"/proc/{first["pid"]}/ns/{kind}" });
        }
        second.Config.Remove("hostname");
        foreach (JsonNode? mount in second.Mounts.ToArray())
            if ((string?)mount!["type"] == "sysfs") second.Mounts.Remove(mount);   // may be mounted by the owner of the network namespace only
        second.Linux["cgroupsPath"] = $"/sampan-test/{_host.Id}/second";
        second.Process["args"] = new JsonArray("sh", "-c", "id -u; cat /proc/self/uid_map; for n in user uts pid net; do readlink /proc/self/ns/$n; done; cat /proc/1/comm");
        string[] lines = RuntimeProgramHost.Succeed(_host.Run("run", "-b", second.Write(), $"{_host.Id}-second")).TrimEnd('\n').Split('\n');
        Assert.Equal("0", lines[0]);
        Assert.Equal("         0     100000      65536", lines[1]);
        string[] kinds = ["user", "uts", "pid"];
        for (int i = 0; i < kinds.Length; i++) Assert.Equal(new FileInfo($"/proc/{first["pid"]}/ns/{kinds[i]}").LinkTarget, lines[2 + i]);
        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, lines[5]);
        Assert.Equal("sleep", lines[6]);
    }

    [Fact]
    public void Mappings_that_differ_from_those_of_the_joined_user_namespace_are_refused()
    {
        _host.StartSleeper(bundle => bundle.UseUserNamespace());
        JsonNode first = JsonNode.Parse(_host.Run("state", _host.Id).Output)!;
        Bundle second = new(_host);
        second.Namespaces.Add(new JsonObject { ["type"] = "user", ["path"] = $"/proc/{first["pid"]}/ns/user" });
        second.Linux["uidMappings"] = new JsonArray(new JsonObject { ["containerID"] = 0, ["hostID"] = 5, ["size"] = 1 });
        second.Linux["cgroupsPath"] = $"/sampan-test/{_host.Id}/second";
        Outcome outcome = _host.Run("run", "-b", second.Write(), $"{_host.Id}-second");
        Assert.Contains("linux.uidMappings differs from the map of the user namespace", outcome.Error);
    }

    [Fact]
    public void A_new_user_namespace_goes_with_a_network_namespace_that_is_not_its_own()
        => Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget + "\n", RuntimeProgramHost.Succeed(_host.RunScript("readlink /proc/self/ns/net", bundle =>
        {
            bundle.UseUserNamespace();
            bundle.RemoveNamespace("network");
            bundle.Namespaces.Add(new JsonObject { ["type"] = "network", ["path"] = $"/proc/{Environment.ProcessId}/ns/net" });
            foreach (JsonNode? mount in bundle.Mounts.ToArray())
                if ((string?)mount!["type"] == "sysfs") bundle.Mounts.Remove(mount);
        })));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_mount_namespace_of_its_own_a_container_has_its_root_and_leaves_nothing_in_the_other(bool byPath)
    {
        Bundle bundle = new(_host);
        bundle.RemoveNamespace("mount");
        if (byPath) bundle.Namespaces.Add(new JsonObject { ["type"] = "mount", ["path"] = $"/proc/{Environment.ProcessId}/ns/mnt" });
        Directory.CreateDirectory($"{_host.Folder}/data");
        bundle.Mount("/data", "bind", $"{_host.Folder}/data", "bind", "ro");
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        RuntimeProgramHost.Succeed(_host.Run("run", "-d", "-b", bundle.Write(), _host.Id));
        JsonNode state = JsonNode.Parse(_host.Run("state", _host.Id).Output)!;
        Assert.Equal(new FileInfo("/proc/self/ns/mnt").LinkTarget, new FileInfo($"/proc/{state["pid"]}/ns/mnt").LinkTarget);
        Assert.DoesNotContain(_host.Folder, File.ReadAllText("/proc/self/mountinfo"));
        string output = _host.Run("exec", _host.Id, "sh", "-c", "ls /; wc -c < /proc/keys; cat /proc/1/comm; touch /data/x 2>&1; echo x > /proc/sys/kernel/panic; ls -d /usr").Output;
        Assert.Equal("bin\ndata\ndev\netc\nhome\nproc\nroot\nsys\ntmp\n0\nsleep\ntouch: /data/x: Read-only file system\n", output);
    }

    [Fact]
    public void Places_for_mounts_are_made_in_folders_of_the_user_namespaces_other_users_too()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("stat -c %u /home/data; touch /home/data/x; stat -c %u /home", bundle =>
        {
            bundle.UseUserNamespace();
            RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("chown", ["101000:101000", $"{_host.Rootfs}/home"]));
            bundle.Mount("/home/data", "tmpfs", "tmpfs");
        }));
        Assert.Equal("0\n1000\n", output);
        Assert.Equal("100000", RuntimeProgramHost.Execute("stat", ["-c", "%u", $"{_host.Rootfs}/home/data"]).Output.Trim());
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
