using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class RootfsTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Standard_file_systems_devices_and_links_are_there()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("mount; ls -l /dev; for l in fd stdin ptmx; do readlink /dev/$l; done; echo hi > /dev/null; head -c 3 /dev/zero | wc -c"));
        foreach (string mount in (string[])["proc on /proc type proc", "tmpfs on /dev type tmpfs", "devpts on /dev/pts type devpts", "shm on /dev/shm type tmpfs", "mqueue on /dev/mqueue type mqueue", "sysfs on /sys type sysfs (ro,"])
            Assert.Contains(mount, output);
        foreach (string device in (string[])["1,   3", "1,   5", "1,   7", "1,   8", "1,   9", "5,   0"]) Assert.Contains(device, output);
        Assert.EndsWith("/proc/self/fd\n/proc/self/fd/0\npts/ptmx\n3\n", output);
    }

    [Fact]
    public void Nothing_of_the_host_is_mounted()
    {
        string hostRoot = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).First(fields => fields[4] == "/")[0];
        string output = RuntimeProgramHost.Succeed(_host.RunScript("cat /proc/self/mountinfo"));
        Assert.DoesNotContain(output.Split('\n'), line => line.StartsWith(hostRoot + " ", StringComparison.Ordinal));
        Assert.Single(output.Split('\n'), line => line.Contains(" / / ") && line.Split(' ')[4] == "/" || line.Split(' ').ElementAtOrDefault(4) == "/");
    }

    [Fact]
    public void Masked_paths_are_empty_and_readonly_paths_refuse_writes()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript(
            "wc -c < /proc/keys; ls /proc/acpi /sys/firmware 2>/dev/null | grep -v : | wc -w; (echo 1 > /proc/sys/kernel/panic) 2>&1; (touch /made) 2>&1; echo end",
            bundle => bundle.Config["root"]!["readonly"] = true));
        Assert.Equal("0\n0\nsh: can't create /proc/sys/kernel/panic: Read-only file system\ntouch: /made: Read-only file system\nend\n", output);
    }

    [Fact]
    public void Nothing_of_the_container_is_mounted_on_a_host_whose_mounts_are_shared()
    {
        Bundle bundle = new(_host);
        Directory.CreateDirectory($"{_host.Folder}/data/below");
        bundle.Mount("/bound", "bind", $"{_host.Folder}/data", "rbind");
        bundle.Mount("/bound/below", "tmpfs", "tmpfs");
        bundle.Process["args"] = new JsonArray("true");
        string runtime = $"{RuntimeProgramHost.Program} --root {_host.StateRoot}";
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-m", "--propagation", "shared", "sh", "-c",
            $"{runtime} create -b {bundle.Write()} {_host.Id} && grep -c ' shared:' /proc/self/mountinfo && grep -c {_host.Folder} /proc/self/mountinfo; {runtime} delete --force {_host.Id}"]);
        string[] lines = outcome.Output.Split('\n');
        Assert.NotEqual("0", lines[0]);
        Assert.Equal("0", lines[1]);
    }

    [Fact]
    public void Bind_mounts_have_their_options()
    {
        Directory.CreateDirectory($"{_host.Folder}/data/below");
        File.WriteAllText($"{_host.Folder}/data/file", "text");
        Outcome outcome = _host.RunScript("cat /ro/file; (touch /ro/x) 2>&1; touch /rw/y; cat /one; grep -c ' /ro .*ro,nosuid,nodev,noexec' /proc/self/mountinfo", bundle =>
        {
            bundle.Mount("/ro", "bind", $"{_host.Folder}/data", "rbind", "ro", "nosuid", "nodev", "noexec", "rprivate");
            bundle.Mount("/rw", null, $"{_host.Folder}/data", "bind", "rw");
            bundle.Mount("/one", "bind", $"{_host.Folder}/data/file", "bind");
        });
        Assert.Equal("texttouch: /ro/x: Read-only file system\ntext1\n", outcome.Output);
        Assert.True(File.Exists($"{_host.Folder}/data/y"));
    }

    [Fact]
    public void A_recursive_readonly_bind_covers_the_mounts_below()
    {
        Directory.CreateDirectory($"{_host.Folder}/data/below");
        Bundle bundle = new(_host);
        bundle.Mount("/rro", "bind", $"{_host.Folder}/data", "rbind", "rro");
        bundle.Process["args"] = new JsonArray("sh", "-c", "touch /rro/below/x");
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-m", "sh", "-c",
            $"mount -t tmpfs tmpfs {_host.Folder}/data/below && {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}"]);
        Assert.Contains("Read-only file system", outcome.Error);
    }

    [Fact]
    public void A_tmpfs_starts_with_what_it_covers_when_asked()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/data/sub");
        File.WriteAllText($"{_host.Rootfs}/data/sub/file", "kept");
        File.CreateSymbolicLink($"{_host.Rootfs}/data/link", "sub/file");
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("chown", ["-R", "7:8", $"{_host.Rootfs}/data/sub"]));
        string output = RuntimeProgramHost.Succeed(_host.RunScript("cat /data/link; echo; stat -c %u:%g /data/sub/file; touch /data/new; grep -c ' /data .* tmpfs' /proc/self/mountinfo",
            bundle => bundle.Mount("/data", "tmpfs", "tmpfs", "tmpcopyup", "size=1m")));
        Assert.Equal("kept\n7:8\n1\n", output);
        Assert.False(File.Exists($"{_host.Rootfs}/data/new"));
    }

    [Fact]
    public void Devices_of_the_config_are_made()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("stat -c '%t:%T %a %u:%g %F' /dev/mine; stat -c %F /dev/pipe /mnt", bundle => bundle.Linux["devices"] = new JsonArray(
            new JsonObject { ["path"] = "/dev/mine", ["type"] = "c", ["major"] = 1, ["minor"] = 3, ["fileMode"] = 0x1B0, ["uid"] = 5, ["gid"] = 6 },
            new JsonObject { ["path"] = "/dev/pipe", ["type"] = "p" },
            new JsonObject { ["path"] = "/mnt/", ["type"] = "c", ["major"] = 1, ["minor"] = 5 })));
        Assert.Equal("1:3 660 5:6 character special file\nfifo\ncharacter special file\n", output);
    }

    [Theory]
    [InlineData("/../../../../escape")]
    [InlineData("/etc/../../escape")]
    [InlineData("escape")]
    public void A_link_in_the_image_leads_no_mount_out_of_it(string target)
    {
        // Nothing of the name may come to be on the host, and the mount lies inside.
        Directory.CreateSymbolicLink($"{_host.Rootfs}/link", target);
        Outcome outcome = _host.RunScript("grep -c escape /proc/self/mountinfo", bundle => bundle.Mount("/link/below", "tmpfs", "tmpfs"));
        Assert.Equal("1\n", RuntimeProgramHost.Succeed(outcome));
        Assert.False(Directory.Exists("/escape"));
    }

    [Fact]
    public void Proc_on_a_link_and_mounts_inside_proc_are_refused()
    {
        Directory.CreateSymbolicLink($"{_host.Rootfs}/proc", "/tmp");
        Assert.Contains("must be mounted on ordinary directory", _host.RunScript("true").Error);
        File.Delete($"{_host.Rootfs}/proc");
        Assert.Contains("cannot be mounted because it is inside /proc", _host.RunScript("true", bundle => bundle.Mount("/proc/self/attr", "tmpfs", "tmpfs")).Error);
        Assert.Contains("cannot be mounted because it is inside /proc", _host.RunScript("true", bundle => bundle.Mount("/tmp/../proc", "bind", "/tmp", "bind")).Error);
    }

    [Fact]
    public void A_masked_path_that_is_a_link_covers_what_it_names_inside()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/secret");
        File.WriteAllText($"{_host.Rootfs}/secret/file", "x");
        Directory.CreateSymbolicLink($"{_host.Rootfs}/hidden", "/secret");
        Assert.Equal("0\n", _host.RunScript("ls /secret | wc -l", bundle => bundle.Linux["maskedPaths"] = new JsonArray("/hidden")).Output);
    }

    [Fact]
    public void An_option_that_the_file_system_does_not_know_is_named()
        => Assert.Contains("option 'bogus=1' (tmpfs: Unknown parameter 'bogus')", _host.RunScript("true", bundle => bundle.Mount("/tmp", "tmpfs", "tmpfs", "bogus=1")).Error);

    [Fact]
    public void Propagation_of_the_root_is_as_configured()
    {
        Assert.DoesNotContain("shared:", _host.RunScript("head -n 1 /proc/self/mountinfo").Output);
        Assert.Contains("shared:", _host.RunScript("grep ' / / ' /proc/self/mountinfo; head -n 1 /proc/self/mountinfo", bundle => bundle.Linux["rootfsPropagation"] = "shared").Output);
    }

    [Fact]
    public void Without_pivot_the_root_is_the_containers_too()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sh", "-c", "ls -d /bin /usr 2>/dev/null; ls /..");
        string output = RuntimeProgramHost.Succeed(_host.Run("run", "--no-pivot", "-b", bundle.Write(), _host.Id));
        Assert.StartsWith("/bin\nbin\n", output);
        Assert.DoesNotContain("usr", output);
    }
}
