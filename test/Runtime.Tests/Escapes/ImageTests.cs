using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests.Escapes;

/// <summary>Images whose own files lead the runtime astray, and numbers and names that mean more to it than they say.</summary>
public sealed class ImageTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CVE_2026_41579_an_image_whose_dev_is_a_link_has_nothing_removed_or_made_on_the_host(bool climbs)
    {
        // Also CVE-2026-47766 (crun). Without a mount at /dev the runtime's own links and nodes go where /dev leads.
        string outside = Directory.CreateDirectory($"{_host.Folder}/outside").FullName;
        File.WriteAllText($"{outside}/ptmx", "the host's");
        File.CreateSymbolicLink($"{_host.Rootfs}/dev", climbs ? $"../../../../../../../..{outside}" : outside);
        _host.RunScript("true", bundle =>
        {
            bundle.Config["root"]!["readonly"] = false;
            foreach (JsonNode? mount in bundle.Mounts.ToArray())
                if (((string)mount!["destination"]!).StartsWith("/dev", StringComparison.Ordinal)) bundle.Mounts.Remove(mount);
        });
        Assert.Equal([$"{outside}/ptmx"], Directory.GetFileSystemEntries(outside));
        Assert.Equal("the host's", File.ReadAllText($"{outside}/ptmx"));
    }

    [Theory]
    [InlineData("1", "1:0")]
    [InlineData("1:1", "1:1")]
    [InlineData("01", "1:0")]
    [InlineData("4294967295", null)]
    [InlineData("4294967296", null)]
    [InlineData("4294967296:0", null)]
    [InlineData("1:4294967296", null)]
    [InlineData("-1", null)]
    [InlineData("", null)]
    public void CVE_2026_30892_the_user_of_an_exec_is_the_one_that_is_named_or_nobody(string user, string? ids)
    {
        // CVE-2024-40635 (containerd) is the same by an overflow: a number too large became root.
        _host.StartSleeper();
        Outcome outcome = _host.Run("exec", $"--user={user}", _host.Id, "sh", "-c", "echo $(id -u):$(id -g)");
        if (user.Length == 0) ids = "0:0";   // as without the flag: the container's own
        Assert.Equal(ids is null ? "" : ids + "\n", outcome.Output);
        Assert.Equal(ids is null, outcome.ExitCode != 0);
    }

    [Theory]
    [InlineData("4294967295")]   // -1 to setresuid(2), which then changes nothing
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("-1")]
    [InlineData("0.5")]
    [InlineData("1e10")]
    public void CVE_2024_40635_a_user_id_that_does_not_fit_is_refused_instead_of_becoming_another(string id)
    {
        foreach (string field in (string[])["uid", "gid"])
        {
            Bundle bundle = new(_host);
            bundle.Process["args"] = new JsonArray("id");
            string folder = bundle.Write(), config = $"{folder}/config.json";
            File.WriteAllText(config, File.ReadAllText(config).Replace($"\"{field}\":0", $"\"{field}\":{id}"));
            Outcome outcome = _host.Run("run", "-b", folder, _host.Id);
            Assert.Equal(1, outcome.ExitCode);
            Assert.Empty(outcome.Output);
        }
    }

    [Theory]
    [InlineData("fifo")]
    [InlineData("device")]
    [InlineData("host")]
    public void CVE_2024_9676_a_passwd_that_is_something_else_neither_hangs_the_runtime_nor_shows_the_hosts(string kind)
    {
        string passwd = $"{_host.Rootfs}/etc/passwd", secret = $"{_host.Folder}/secret";
        File.WriteAllText(secret, "x:x:0:0::/of-the-host:/bin/sh\n");
        File.Delete(passwd);
        if (kind == "fifo") RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("mkfifo", passwd));
        else if (kind == "device") RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("mknod", passwd, "c", "1", "5"));   // /dev/zero has no end
        else File.CreateSymbolicLink(passwd, $"../../../../../../../..{secret}");
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sh", "-c", "echo $HOME");
        Outcome outcome = RuntimeProgramHost.Execute("timeout", "60", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id);
        Assert.Equal("/\n", RuntimeProgramHost.Succeed(outcome));
    }

    [Fact]
    public void CVE_2021_41103_nobody_else_reads_the_runtimes_folders()
    {
        _host.StartSleeper();
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
        foreach (string path in (string[])[_host.StateRoot, $"{_host.StateRoot}/{_host.Id}"]) Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & Others);
    }

    [Fact]
    public void CVE_2021_43784_mappings_and_paths_too_long_for_a_field_are_refused_and_switch_no_namespace_off()
    {
        // In runc a length of 16 bits overflowed and what followed was read as another option. Here 100,000 mappings, then a path of 70,000 bytes.
        Bundle many = new(_host);
        many.UseUserNamespace();
        JsonArray maps = [];
        for (int i = 0; i < 100_000; i++) maps.Add(new JsonObject { ["containerID"] = i, ["hostID"] = 100_000 + i, ["size"] = 1 });
        many.Linux["uidMappings"] = maps;
        many.Process["args"] = new JsonArray("readlink", "/proc/self/ns/net");
        AssertRefused(many);
        Bundle path = new(_host);
        path.RemoveNamespace("ipc");
        path.Namespaces.Add(new JsonObject { ["type"] = "ipc", ["path"] = "/proc/" + new string('x', 70_000) });
        path.Process["args"] = new JsonArray("readlink", "/proc/self/ns/net");
        AssertRefused(path);
    }

    [Fact]
    public void CVE_2023_25809_without_a_cgroup_namespace_a_container_writes_to_no_cgroup_of_the_host()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript(
            "for f in $(find /sys/fs/cgroup -maxdepth 3 -name cgroup.procs); do (echo $$ > $f) 2>/dev/null && echo $f; done; for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/evil 2>/dev/null && echo $d; done; echo end",
            bundle => bundle.RemoveNamespace("cgroup")));
        Assert.Equal("end\n", output);
    }

    private void AssertRefused(Bundle bundle)
    {
        Outcome outcome = _host.Run("run", "-b", bundle.Write(), _host.Id);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Empty(outcome.Output);
    }
}
