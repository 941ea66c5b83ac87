using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class MountTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_id_mapped_mount_shows_other_owners_and_writes_as_them()
    {
        string data = Data(owner: 1000);
        string output = RuntimeProgramHost.Succeed(_host.RunScript("stat -c %u:%g /data/file; touch /data/new", bundle =>
        {
            bundle.Mount("/data", "bind", data, "rbind", "idmap");
            bundle.Mounts[^1]!["uidMappings"] = Mapping(1000, 0);
            bundle.Mounts[^1]!["gidMappings"] = Mapping(1000, 0);
        }));
        Assert.Equal("0:0\n", output);
        Assert.Equal("1000:1000", RuntimeProgramHost.Execute("stat", ["-c", "%u:%g", $"{data}/new"]).Output.Trim());
    }

    [Theory]
    [InlineData("idmap", "65534")]
    [InlineData("ridmap", "0")]
    public void An_id_mapped_mount_takes_the_mapping_of_the_user_namespace_and_ridmap_covers_what_is_below(string option, string below)
    {
        string data = Data(owner: 0);
        Directory.CreateDirectory($"{data}/below");
        Bundle bundle = new(_host);
        bundle.UseUserNamespace();
        bundle.Mount("/data", "bind", data, "rbind", option);
        bundle.Process["args"] = new JsonArray("sh", "-c", "stat -c %u /data/file /data/below");
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-m", "sh", "-c",
            $"mount -t tmpfs tmpfs {data}/below && {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}"]);
        Assert.Equal($"0\n{below}\n", RuntimeProgramHost.Succeed(outcome));
    }

    [Theory]
    [InlineData("ro,noexec,nodiratime", "bind", "ro,noexec,nodiratime,relatime")]
    [InlineData("ro,noexec,nodiratime", "bind,dev", "rw,nodiratime,relatime")]
    [InlineData("noatime", "bind,atime", "rw,noatime")]
    [InlineData("noatime", "bind,nodiratime", "rw,nodiratime,relatime")]
    [InlineData("nodiratime", "bind,strictatime", "rw")]
    [InlineData("nosuid,nodev", "bind,ro", "ro,relatime")]
    public void A_bind_mount_that_names_an_attribute_has_those_it_names_and_no_others(string source, string options, string attributes)
        => Assert.Equal(attributes, Bound(source, options, user: false).Output.Trim());

    [Theory]
    [InlineData("nosuid,nodev", "bind,ro", "ro,nosuid,nodev,relatime")]
    [InlineData("nosuid,nodev", "bind,suid", null)]
    [InlineData("ro", "bind,rw", null)]
    [InlineData("noatime", "bind,relatime", null)]
    [InlineData("noatime", "bind,ro", "ro,noatime")]
    public void In_a_user_namespace_what_the_host_has_set_stays_or_the_mount_is_refused(string source, string options, string? attributes)
    {
        Outcome outcome = Bound(source, options, user: true);
        if (attributes is not null) Assert.Equal(attributes, RuntimeProgramHost.Succeed(outcome).Trim());
        else Assert.Matches("run failed: unable to start container process: error during container init: error mounting .*operation not permitted", outcome.Error);
    }

    [Fact]
    public void A_destination_that_repeats_the_hosts_path_of_the_root_is_the_place_in_the_container()
    {
        string data = Data(owner: 0);
        Assert.Equal("file\n", RuntimeProgramHost.Succeed(_host.RunScript("ls /data", bundle => bundle.Mount($"{_host.Rootfs}/data", "bind", data, "bind"))));
        Assert.Contains("inside /proc", _host.RunScript("true", bundle => bundle.Mount($"{_host.Rootfs}/proc/sys", "bind", data, "bind")).Error);
    }

    private Outcome Bound(string source, string options, bool user)
    {
        string data = Directory.CreateDirectory($"{_host.Folder}/data").FullName;
        Bundle bundle = new(_host);
        if (user) bundle.UseUserNamespace();
        bundle.Mount("/data", "bind", data, options.Split(','));
        bundle.Process["args"] = new JsonArray("sh", "-c", "mount | grep ' /data ' | grep -o '(.*' | grep -oE '[a-z,]+' | head -n 1");
        // The options of the file system itself come behind those of the mount; ramfs has none.
        Outcome outcome = RuntimeProgramHost.Execute("unshare", "-m", "sh", "-c",
            $"mount -t ramfs -o mode=755 ramfs {data} && mount --bind {data} {data} && mount -o remount,bind,{source} {data} && {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}");
        return outcome with { Output = outcome.Output.Replace(",mode=", "").TrimEnd(',', '\n') };
    }

    [Fact]
    public void An_id_mapped_mount_without_any_mapping_or_with_half_of_one_is_refused()
    {
        string data = Data(owner: 0);
        Assert.Contains("has no mappings", _host.RunScript("true", bundle => bundle.Mount("/data", "bind", data, "bind", "idmap")).Error);
        Assert.Contains("must have both uid and gid mappings", _host.RunScript("true", bundle =>
        {
            bundle.Mount("/data", "bind", data, "bind");
            bundle.Mounts[^1]!["uidMappings"] = Mapping(0, 5);
        }).Error);
    }

    [Fact]
    public void An_id_mapped_mount_with_its_own_mapping_works_in_a_user_namespace()
    {
        string data = Data(owner: 1000);
        Assert.Equal("0\n", RuntimeProgramHost.Succeed(_host.RunScript("stat -c %u /data/file", bundle =>
        {
            bundle.UseUserNamespace();
            bundle.Mount("/data", "bind", data, "bind", "idmap");
            bundle.Mounts[^1]!["uidMappings"] = Mapping(1000, 100000);
            bundle.Mounts[^1]!["gidMappings"] = Mapping(1000, 100000);
        })));
    }

    [Fact]
    public void A_source_below_the_root_is_what_earlier_mounts_make_of_it()
    {
        string data = Data(owner: 0);
        Assert.Equal("x", RuntimeProgramHost.Succeed(_host.RunScript("cat /second/file", bundle =>
        {
            bundle.Mount("/first", "bind", data, "bind");
            bundle.Mount("/second", "bind", $"{_host.Rootfs}/first", "bind");
        })));
    }

    [Fact]
    public void A_tmpfs_without_a_mode_has_that_of_the_directory_it_covers()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/place");
        File.SetUnixFileMode($"{_host.Rootfs}/place", (UnixFileMode)0x1C8);
        Assert.Equal("710\n1777\n", RuntimeProgramHost.Succeed(_host.RunScript("stat -c %a /place /fresh", bundle =>
        {
            bundle.Mount("/place", "tmpfs", "tmpfs");
            bundle.Mount("/fresh", "tmpfs", "tmpfs");
        })));
    }

    [Fact]
    public void A_relative_destination_is_taken_from_the_root_and_told()
    {
        Outcome outcome = _host.RunScript("cat /data/file", bundle => bundle.Mount("data", "bind", Data(owner: 0), "bind"));
        Assert.Equal("x", outcome.Output);
        Assert.Contains("a relative destination path is deprecated", outcome.Error);
        Assert.Contains("cannot be mounted because it is inside /proc", _host.RunScript("true", bundle => bundle.Mount("proc/self", "tmpfs", "tmpfs")).Error);
    }

    [Fact]
    public void A_masked_path_that_is_named_twice_is_covered_once()
        => Assert.Equal("1\n", _host.RunScript("grep -c ' /proc/keys ' /proc/self/mountinfo", bundle => bundle.Linux["maskedPaths"] = new JsonArray("/proc/keys", "/proc/keys")).Output);

    [Fact]
    public void A_remount_changes_what_is_mounted_there()
    {
        Outcome outcome = _host.RunScript("touch /data/x; grep -c ' /data .*nosuid.*size=2048k' /proc/self/mountinfo", bundle =>
        {
            bundle.Mount("/data", "tmpfs", "tmpfs", "size=1m");
            bundle.Mount("/data", null, "none", "remount", "ro", "nosuid", "size=2m");
        });
        Assert.Contains("Read-only file system", outcome.Error);
        Assert.Equal("1\n", outcome.Output);
        Assert.Contains("nothing is mounted there", _host.RunScript("true", bundle => bundle.Mount("/tmp", null, "none", "remount", "ro")).Error);
    }

    [Theory]
    [InlineData("rro", "touch /data/x", "Read-only file system")]
    [InlineData("rnoexec", "cp /bin/busybox /data/echo; /data/echo", "Permission denied")]
    [InlineData("rnodev", "cat /data/null", "")]
    public void Recursive_attributes_hold_for_file_systems_too(string option, string script, string error)
        => Assert.Contains(error, _host.RunScript(script, bundle => bundle.Mount("/data", "tmpfs", "tmpfs", option)).Error);

    [Fact]
    public void Options_that_a_bind_mount_has_no_use_for_are_told()
    {
        string data = Data(owner: 0);
        Outcome outcome = _host.RunScript("echo ran", bundle => bundle.Mount("/data", "bind", data, "bind", "size=1m"));
        Assert.Equal("ran\n", outcome.Output);
        Assert.Contains("options size=1m of the bind mount on '/data' have no effect", outcome.Error);
    }

    [Theory]
    [InlineData("shared", "shared:")]
    [InlineData("slave", "master:")]
    [InlineData("private", "")]
    [InlineData("unbindable", "unbindable")]
    public void Propagation_of_a_mount_is_as_configured(string option, string expected)
    {
        Directory.CreateDirectory($"{_host.Folder}/data");
        Bundle bundle = new(_host);
        bundle.Mount("/data", "bind", $"{_host.Folder}/data", "bind", option);
        bundle.Process["args"] = new JsonArray("sh", "-c", "grep ' /data ' /proc/self/mountinfo");
        string line = RuntimeProgramHost.Execute("unshare", ["-m", "--propagation", "shared", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id]).Output;
        Assert.Contains(expected, line);
        if (option == "private") Assert.DoesNotContain(":", line.Split(" - ")[0].Split(' ')[6..].FirstOrDefault() ?? "");
    }

    [Theory]
    [InlineData("shared", "1")]
    [InlineData("", "0")]
    public void A_shared_volume_shows_its_mounts_on_the_host_when_the_root_is_shared(string root, string expected)
    {
        string data = Directory.CreateDirectory($"{_host.Folder}/data/sub").Parent!.FullName;
        Bundle bundle = new(_host);
        bundle.Mount("/data", "bind", data, "rbind", "rshared");
        bundle.Linux["rootfsPropagation"] = root;
        foreach (string set in (string[])["bounding", "effective", "permitted"]) bundle.Process["capabilities"]![set] = new JsonArray("CAP_SYS_ADMIN");
        bundle.Process["args"] = new JsonArray("mount", "-t", "tmpfs", "tmpfs", "/data/sub");
        Outcome outcome = RuntimeProgramHost.Execute("unshare", ["-m", "--propagation", "shared", "sh", "-c",
            $"{RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id} && grep -c {_host.Folder} /proc/self/mountinfo"]);
        Assert.Equal($"{expected}\n", outcome.Output);
    }

    private string Data(int owner)
    {
        string data = Directory.CreateDirectory($"{_host.Folder}/data").FullName;
        File.WriteAllText($"{data}/file", "x");
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("chown", ["-R", $"{owner}:{owner}", data]));
        return data;
    }

    private static JsonArray Mapping(int onDisk, int shown) => [new JsonObject { ["containerID"] = onDisk, ["hostID"] = shown, ["size"] = 1 }];
}
