using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests.Escapes;

/// <summary>Images and volumes that put something else where the runtime means procfs, /dev/null or a terminal.</summary>
public sealed class ProcRedirectionTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void CVE_2019_16884_a_volume_over_proc_is_refused()
    {
        Directory.CreateDirectory($"{_host.Folder}/volume/self/attr");
        foreach (string place in (string[])["/proc", "/proc/self/attr", "/proc/self/../self/attr", "//proc//self", "/proc/sys", "/./proc/1"])
            Assert.Contains("cannot be mounted because it is inside /proc", _host.RunScript("true", bundle => bundle.Mount(place, "bind", $"{_host.Folder}/volume", "bind")).Error);
    }

    [Fact]
    public void CVE_2019_19921_an_image_whose_proc_is_a_link_to_a_planted_directory_is_refused()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/evil/self/attr");
        File.WriteAllText($"{_host.Rootfs}/evil/self/attr/exec", "planted");
        File.CreateSymbolicLink($"{_host.Rootfs}/proc", "evil");
        Outcome outcome = _host.RunScript("true");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", outcome.Error);
        Assert.Equal("planted", File.ReadAllText($"{_host.Rootfs}/evil/self/attr/exec"));
    }

    [Fact]
    public void CVE_2023_27561_a_proc_that_becomes_a_link_by_a_volume_mounted_before_it_is_refused()
    {
        Directory.CreateDirectory($"{_host.Folder}/volume/proc");
        File.CreateSymbolicLink($"{_host.Rootfs}/proc", "/volume/proc");
        Outcome outcome = _host.RunScript("true", bundle => Before(bundle, "/volume", $"{_host.Folder}/volume"));
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("must be mounted on ordinary directory", outcome.Error);
    }

    [Fact]
    public void CVE_2023_28642_a_proc_linked_away_takes_no_mask_and_no_label_off()
    {
        // /proc a link to a directory in which the masked paths do not exist: without procfs at /proc nothing may run.
        Directory.CreateDirectory($"{_host.Rootfs}/evil");
        File.CreateSymbolicLink($"{_host.Rootfs}/proc", "/evil");
        Outcome outcome = _host.RunScript("cat /evil/sysrq-trigger; ls /evil", bundle => bundle.Linux["maskedPaths"] = new JsonArray("/proc/keys"));
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void CVE_2025_31133_a_planted_dev_null_is_not_what_masked_paths_are_covered_with()
    {
        // The container's /dev is a volume whose null leads to a file of the kernel that would become writable at the masked place.
        string volume = Directory.CreateDirectory($"{_host.Folder}/volume").FullName;
        File.CreateSymbolicLink($"{volume}/null", "/proc/sys/kernel/core_pattern");
        Directory.CreateDirectory($"{volume}/pts");
        Outcome outcome = _host.RunScript("stat -c %t:%T /proc/timer_list; wc -c < /proc/timer_list; readlink /dev/null; (echo '|/evil' > /proc/timer_list) 2>&1; cat /proc/sys/kernel/core_pattern",
            bundle =>
            {
                foreach (JsonNode? mount in bundle.Mounts.ToArray())
                    if (((string)mount!["destination"]!).StartsWith("/dev")) bundle.Mounts.Remove(mount);
                bundle.Mount("/dev", "bind", volume, "bind");
            });
        string[] lines = RuntimeProgramHost.Succeed(outcome).Split('\n');
        Assert.Equal(["1:3", "0", "/proc/sys/kernel/core_pattern"], lines[..3]);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/core_pattern").Trim(), lines[3]);
    }

    [Fact]
    public void CVE_2025_31133_a_dev_null_that_is_a_plain_file_of_the_image_is_not_used_either()
    {
        Directory.CreateDirectory($"{_host.Rootfs}/dev");
        File.WriteAllText($"{_host.Rootfs}/dev/null", "planted");
        string output = RuntimeProgramHost.Succeed(_host.RunScript("wc -c < /proc/keys; stat -c %t:%T /proc/keys"));
        Assert.Equal("0\n1:3\n", output);
    }

    /// <summary>Found by a look at what stock podman shows on ours and on runc. The attack changes nothing, so that it harms nobody where it succeeds: it gives the host's
    /// /dev/null the owner and mode that it has.</summary>
    [Fact]
    public void The_hosts_dev_null_that_covers_masked_paths_cannot_be_given_another_owner_or_mode()
    {
        string before = ChangeTime();
        string output = RuntimeProgramHost.Succeed(_host.RunScript(
            "for file in /proc/keys /proc/timer_list; do [ -c $file ] && { /bin/busybox chown 0:0 $file; /bin/busybox chmod 666 $file; echo written > $file; cat $file; }; done 2>&1", bundle =>
            {
                bundle.Linux["maskedPaths"] = new JsonArray("/proc/keys", "/proc/timer_list");
                foreach (string set in (string[])["bounding", "effective", "permitted"])
                    bundle.Process["capabilities"]![set] = new JsonArray("CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE");
            }));
        Assert.Equal(4, output.Split("Read-only file system").Length - 1);
        Assert.DoesNotContain("written", output);
        Assert.Equal(before, ChangeTime());

        static string ChangeTime() => RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("stat", "-c", "%z %u %a", "/dev/null"));
    }

    [Theory]
    [InlineData("/proc/sysrq-trigger")]
    [InlineData("/proc/sys/kernel/core_pattern")]
    [InlineData("pts/0")]
    public void CVE_2025_52565_a_planted_dev_console_gets_no_terminal_bound_over_what_it_names(string target)
    {
        string volume = Directory.CreateDirectory($"{_host.Folder}/volume").FullName;
        Directory.CreateDirectory($"{volume}/pts");
        File.CreateSymbolicLink($"{volume}/console", target);
        Bundle bundle = new(_host);
        foreach (JsonNode? mount in bundle.Mounts.ToArray())
            if ((string)mount!["destination"]! == "/dev") bundle.Mounts.Remove(mount);
        Before(bundle, "/dev", volume);
        bundle.Process["terminal"] = true;
        bundle.Process["args"] = new JsonArray("grep", "-c", "-e", "sysrq", "-e", "core_pattern", "/proc/self/mountinfo");
        Outcome outcome = RuntimeProgramHost.Execute("script", "-qec", $"{RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}", "/dev/null");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("/dev/console", outcome.Output + outcome.Error);
    }

    [Fact]
    public void CVE_2025_52881_what_the_runtime_writes_to_procfs_is_not_caught_by_a_planted_one()
    {
        // A mount namespace whose /proc somebody else furnished, joined by path: the sysctl must reach the kernel, not the planted file.
        string place = Directory.CreateDirectory($"{_host.Folder}/planted").FullName;
        Bundle bundle = new(_host);
        bundle.RemoveNamespace("mount");
        bundle.Namespaces.Add(new JsonObject { ["type"] = "mount", ["path"] = $"{_host.Folder}/ns" });
        bundle.Linux["sysctl"] = new JsonObject { ["net.ipv4.ip_forward"] = "1", ["kernel.shmmni"] = "1234" };
        bundle.Process["oomScoreAdj"] = 77;
        bundle.Process["args"] = new JsonArray("cat", "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/shmmni", "/proc/self/oom_score_adj");
        // The namespace is held by a process that waits for its own input to end; its pid is what the path names.
        string script = $"""
            unshare -m sh -c 'mkdir -p {place}/sys/net/ipv4 {place}/sys/kernel {place}/self; for f in sys/net/ipv4/ip_forward sys/kernel/shmmni self/oom_score_adj; do echo planted > {place}/$f; done; mount --bind {place} /proc; echo ready; read x' < {_host.Folder}/hold > {_host.Folder}/ready &
            exec 9> {_host.Folder}/hold; read r < {_host.Folder}/ready
            ln -s /proc/$!/ns/mnt {_host.Folder}/ns
            {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}; code=$?
            exec 9>&-; wait; exit $code
            """;
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("mkfifo", $"{_host.Folder}/hold", $"{_host.Folder}/ready"));
        Outcome outcome = RuntimeProgramHost.Execute("sh", "-c", script);
        Assert.Equal("1\n1234\n77\n", RuntimeProgramHost.Succeed(outcome));
        foreach (string file in (string[])["sys/net/ipv4/ip_forward", "sys/kernel/shmmni", "self/oom_score_adj"]) Assert.Equal("planted\n", File.ReadAllText($"{place}/{file}"));
    }

    private static void Before(Bundle bundle, string destination, string source)
        => bundle.Mounts.Insert(0, new JsonObject { ["destination"] = destination, ["type"] = "bind", ["source"] = source, ["options"] = new JsonArray("bind") });
}
