using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests.Escapes;

/// <summary>What a process in the container has and reaches that it should not.</summary>
public sealed class PrivilegeTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void CVE_2022_29162_no_capability_is_inheritable_unless_the_config_says_so()
    {
        // Also CVE-2022-27650 (crun) and CVE-2022-24769: with inheritable ones, a file capability of the image would raise a plain user.
        const string Inheritable = "CapInh:\t0000000000000000\n";
        Assert.Equal(Inheritable, _host.RunScript("grep ^CapInh /proc/self/status").Output);
        _host.StartSleeper();
        Assert.Equal(Inheritable, RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "grep", "^CapInh", "/proc/self/status")));
        Assert.Equal(Inheritable, RuntimeProgramHost.Succeed(_host.Run("exec", "--cap", "CAP_CHOWN", _host.Id, "grep", "^CapInh", "/proc/self/status")));
    }

    [Fact]
    public void CVE_2022_36109_no_group_of_the_runtime_is_kept()
    {
        // Also CVE-2022-2989, CVE-2022-2990, CVE-2023-25173.
        Bundle bundle = new(_host);
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        bundle.Process["args"] = new JsonArray("grep", "^Groups", "/proc/self/status");
        string line = RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("setpriv", "--groups", "4,27,999", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id));
        Assert.Equal("Groups:", line.Trim());
    }

    [Fact]
    public void CVE_2022_0492_no_release_agent_can_be_set()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript(
            "mkdir /tmp/c; for d in /sys/fs/cgroup /sys/fs/cgroup/*; do (echo /evil > $d/release_agent) 2>/dev/null && echo set; (echo 1 > $d/notify_on_release) 2>/dev/null && echo set; (mkdir $d/evil) 2>/dev/null && echo made; done; "
            + "for o in memory rdma none,name=evil; do mount -t cgroup -o $o cgroup /tmp/c 2>/dev/null && echo mounted; done; mount -t cgroup2 cgroup /tmp/c 2>/dev/null && echo mounted; echo end", Writable));
        Assert.Equal("end\n", output);
    }

    [Theory]
    [InlineData("/proc/sys/kernel/core_pattern")]
    [InlineData("/proc/sys/kernel/modprobe")]
    [InlineData("/proc/sys/vm/panic_on_oom")]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/proc/sys/fs/binfmt_misc/register")]
    [InlineData("/sys/kernel/uevent_helper")]
    [InlineData("/sys/class/net/lo/mtu")]
    public void Files_by_which_the_kernel_is_ruled_cannot_be_written(string file)
    {
        Outcome outcome = _host.RunScript($"(echo '|/evil' > {file}) 2>&1; mount -o remount,rw /proc/sys 2>&1; (echo '|/evil' > {file}) 2>&1 && echo written", Writable);
        Assert.DoesNotContain("written", outcome.Output);
    }

    [Fact]
    public void Magic_links_of_procfs_stay_inside()
    {
        string output = _host.RunScript("for l in root cwd; do ls /proc/1/$l/ /proc/self/$l/ /proc/self/task/1/$l/; done; ls /proc/1/root/../../ /proc/1/cwd/../../..; cat /proc/1/root/etc/passwd | head -n 1; readlink /proc/1/exe", Writable).Output;
        Assert.DoesNotContain("usr", output);
        Assert.DoesNotContain(_host.Folder, output);
        Assert.EndsWith("root:x:0:0:root:/root:/bin/sh\n/bin/busybox\n", output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_session_keyring_is_the_containers_own_unless_the_callers_is_asked_for(bool own)
    {
        Bundle bundle = new(_host);
        bundle.Linux["maskedPaths"] = new JsonArray();
        bundle.Process["args"] = new JsonArray("cat", "/proc/keys");
        string folder = bundle.Write();
        string keys = RuntimeProgramHost.Succeed(own ? _host.Run("run", "-b", folder, _host.Id) : _host.Run("run", "--no-new-keyring", "-b", folder, _host.Id));
        Assert.Equal(own, keys.Contains($"_ses.{_host.Id}"));
    }

    [Fact]
    public void CVE_2020_15257_no_abstract_socket_of_the_runtime_is_reached_from_the_hosts_network()
        => Assert.DoesNotContain("sampan", RuntimeProgramHost.Succeed(_host.RunScript("grep '@' /proc/net/unix; true", bundle => bundle.RemoveNamespace("network"))));

    [Fact]
    public void A_device_that_the_config_does_not_allow_cannot_be_opened_when_the_image_brings_its_node()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/nodes");
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("mknod", $"{_host.Rootfs}/nodes/kmsg", "c", "1", "11"));
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("mknod", $"{_host.Rootfs}/nodes/null", "c", "1", "3"));
        string output = _host.RunScript("head -c 1 /nodes/kmsg 2>&1; echo x > /nodes/null && echo null", Writable).Output;
        Assert.Equal("head: /nodes/kmsg: Operation not permitted\nnull\n", output);
    }

    /// <summary>As much as docker gives to root.</summary>
    private static void Writable(Bundle bundle)
    {
        bundle.Config["root"]!["readonly"] = false;
        bundle.Process["noNewPrivileges"] = false;
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            bundle.Process["capabilities"]![set] = new JsonArray("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
                "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_NET_RAW", "CAP_SYS_CHROOT", "CAP_MKNOD", "CAP_AUDIT_WRITE", "CAP_SETFCAP");
    }
}
