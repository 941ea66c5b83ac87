using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>What `docker run` promises, option by option, seen from inside the container.</summary>
public sealed class RunTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    private async Task<string> SeenAsync(params IEnumerable<string> arguments) => (await Engine.DockerAsync(["run", "--rm", .. arguments])).Succeeded().Line;

    [Fact]
    public async Task Output_and_errors_come_back_apart()
    {
        CommandResult run = (await Engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2")).Succeeded();
        Assert.Equal("out\n", run.Output);
        Assert.Equal("err\n", run.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public async Task The_exit_code_is_the_containers(int exitCode) =>
        (await Engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", $"exit {exitCode}")).Exited(exitCode);

    [Fact]
    public async Task A_program_that_is_missing_exits_127()
    {
        CommandResult run = (await Engine.DockerAsync("run", "--rm", "busybox", "no-such-program")).Exited(127);
        Assert.Contains("exec: \"no-such-program\": executable file not found in $PATH", run.Error);
    }

    [Fact]
    public async Task A_file_that_is_not_executable_exits_126()
    {
        CommandResult run = (await Engine.DockerAsync("run", "--rm", "busybox", "/etc/passwd")).Exited(126);
        Assert.Contains("permission denied", run.Error);
    }

    [Fact]
    public async Task Input_reaches_the_container_and_its_end_too() =>
        Assert.Equal("3", (await Engine.DockerWithInputAsync("a\nb\nc\n", "run", "--rm", "-i", "busybox", "wc", "-l")).Succeeded().Line);

    [Fact]
    public async Task Without_i_the_input_is_empty() =>
        Assert.Equal("0", (await Engine.DockerWithInputAsync("a\n", "run", "--rm", "busybox", "wc", "-c")).Succeeded().Line);

    [Fact]
    public async Task Ten_megabytes_come_through_whole()
    {
        CommandResult sum = (await Engine.TypedAsync("docker run --rm busybox sh -c 'dd if=/dev/zero bs=1M count=10 2>/dev/null | tr \"\\0\" x' | sha256sum")).Succeeded();
        CommandResult expected = (await Command.RunAsync(["sh", "-c", "dd if=/dev/zero bs=1M count=10 2>/dev/null | tr '\\0' x | sha256sum"])).Succeeded();
        Assert.Equal(expected.Output, sum.Output);
    }

    [Fact]
    public async Task A_hundred_megabytes_of_input_come_back_whole()
    {
        CommandResult sum = (await Engine.TypedAsync("head -c 100000000 /dev/zero | docker run --rm -i busybox cat | sha256sum")).Succeeded();
        CommandResult expected = (await Command.RunAsync(["sh", "-c", "head -c 100000000 /dev/zero | sha256sum"])).Succeeded();
        Assert.Equal(expected.Output, sum.Output);
    }

    [Fact]
    public async Task The_container_is_alone_in_its_namespaces()
    {
        Assert.Equal("1", await SeenAsync("busybox", "sh", "-c", "echo $$"));
        Assert.Equal("eth0\nlo", await SeenAsync("busybox", "sh", "-c", "ls /sys/class/net"));
        foreach (string ns in (string[])["pid", "mnt", "uts", "ipc", "net"])
            Assert.NotEqual(File.ResolveLinkTarget($"/proc/self/ns/{ns}", false)!.Name, (await SeenAsync("busybox", "readlink", $"/proc/self/ns/{ns}")));
    }

    [Fact]
    public async Task Environment_is_paths_hostname_and_what_was_given()
    {
        string[] seen = (await SeenAsync("-e", "A=1", "-e", "B=two words", "--hostname", "box", "busybox", "env")).Split('\n');
        Assert.Contains("A=1", seen);
        Assert.Contains("B=two words", seen);
        Assert.Contains("HOSTNAME=box", seen);
        Assert.Contains("HOME=/root", seen);
        Assert.Contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", seen);
    }

    [Fact]
    public async Task The_host_name_is_the_short_id_unless_given()
    {
        Assert.Matches("^[0-9a-f]{12}$", await SeenAsync("busybox", "hostname"));
        Assert.Equal("given", await SeenAsync("--hostname", "given", "busybox", "cat", "/etc/hostname"));
        Assert.Contains("given", await SeenAsync("--hostname", "given", "busybox", "cat", "/etc/hosts"));
    }

    [Fact]
    public async Task The_working_directory_is_made_when_it_is_missing() =>
        Assert.Equal("/made/here", await SeenAsync("-w", "/made/here", "busybox", "pwd"));

    [Theory]
    [InlineData("www-data", "33 33")]
    [InlineData("33", "33 33")]
    [InlineData("33:100", "33 100")]
    [InlineData("nobody:users", "65534 100")]
    [InlineData("12345", "12345 0")]
    public async Task The_user_is_found_as_docker_finds_it(string user, string ids) =>
        Assert.Equal(ids, await SeenAsync("-u", user, "busybox", "sh", "-c", "echo $(id -u) $(id -g)"));

    [Fact]
    public async Task An_unknown_user_is_refused_by_name()
    {
        CommandResult run = await Engine.DockerAsync("run", "--rm", "-u", "stranger", "busybox", "true");
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("unable to find user stranger: no matching entries in passwd file", run.Error);
    }

    [Fact]
    public async Task Entrypoint_takes_the_commands_place() =>
        Assert.Equal("a b", await SeenAsync("--entrypoint", "echo", "busybox", "a", "b"));

    [Fact]
    public async Task A_bind_mount_shows_the_hosts_files_and_keeps_what_is_written()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "bind")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "in"), "from the host");
        Assert.Equal("from the host", await SeenAsync("-v", $"{folder}:/x", "busybox", "sh", "-c", "cat /x/in; echo out > /x/out"));
        Assert.Equal("out\n", await File.ReadAllTextAsync(Path.Combine(folder, "out")));
        CommandResult readOnly = await Engine.DockerAsync("run", "--rm", "-v", $"{folder}:/x:ro", "busybox", "touch", "/x/no");
        Assert.Equal(1, readOnly.ExitCode);
        Assert.Contains("Read-only file system", readOnly.Error);
    }

    [Fact]
    public async Task Limits_are_the_cgroups()
    {
        const string Script = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us";
        Assert.Equal("67108864\n42\n50000\n100000", await SeenAsync("-m", "64m", "--pids-limit", "42", "--cpus", "0.5", "busybox", "sh", "-c", Script));
    }

    [Fact]
    public async Task A_container_over_its_memory_is_killed_and_says_so()
    {
        (await Engine.DockerAsync("run", "--name", "oom", "-m", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo $x")).Exited(137);
        Assert.Equal("true 137", await Engine.InspectAsync("oom", "{{.State.OOMKilled}} {{.State.ExitCode}}"));
        (await Engine.DockerAsync("rm", "oom")).Succeeded();
    }

    [Fact]
    public async Task Capabilities_are_dockers_default_set()
    {
        Assert.Equal("CapEff:\t00000000a80425fb", await SeenAsync("busybox", "grep", "CapEff", "/proc/self/status"));
        Assert.Equal("CapEff:\t00000000a80435fb", await SeenAsync("--cap-add", "NET_ADMIN", "busybox", "grep", "CapEff", "/proc/self/status"));
        Assert.Equal("CapEff:\t0000000000000001", await SeenAsync("--cap-drop", "ALL", "--cap-add", "CHOWN", "busybox", "grep", "CapEff", "/proc/self/status"));
    }

    [Fact]
    public async Task Seccomp_filters_by_default_and_not_when_unconfined()
    {
        Assert.Equal("Seccomp:\t2", await SeenAsync("busybox", "grep", "Seccomp:", "/proc/self/status"));
        Assert.Equal("Seccomp:\t0", await SeenAsync("--security-opt", "seccomp=unconfined", "busybox", "grep", "Seccomp:", "/proc/self/status"));
        CommandResult unshare = await Engine.DockerAsync("run", "--rm", "busybox", "unshare", "-U", "true");
        Assert.NotEqual(0, unshare.ExitCode);
        Assert.Contains("Operation not permitted", unshare.Error);
    }

    [Fact]
    public async Task A_seccomp_profile_of_the_users_own_is_applied()
    {
        string profile = Path.Combine(Engine.Host.Folder, "seccomp.json");
        await File.WriteAllTextAsync(profile, """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}""");
        CommandResult run = await Engine.DockerAsync("run", "--rm", "--security-opt", $"seccomp={profile}", "busybox", "mkdir", "/tmp/x");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Operation not permitted", run.Error);
    }

    [Fact]
    public async Task No_new_privileges_is_set_when_asked() =>
        Assert.Equal("NoNewPrivs:\t1", await SeenAsync("--security-opt", "no-new-privileges", "busybox", "grep", "NoNewPrivs", "/proc/self/status"));

    [Fact]
    public async Task A_read_only_root_refuses_writes_and_tmpfs_takes_them()
    {
        Assert.Contains("Read-only file system", (await Engine.DockerAsync("run", "--rm", "--read-only", "busybox", "touch", "/x")).Exited(1).Error);
        Assert.Equal("ok", await SeenAsync("--read-only", "--tmpfs", "/scratch:size=1m,mode=1770", "busybox", "sh", "-c", "touch /scratch/x && grep -q ' /scratch tmpfs .*size=1024k' /proc/mounts && echo ok"));
    }

    [Fact]
    public async Task Init_reaps_what_the_program_leaves() =>
        Assert.Equal("0", await SeenAsync("--init", "busybox", "sh", "-c", "sh -c 'sleep 0.1 & exit 0'; sleep 0.5; ps -o stat | grep -c Z || true"));

    [Fact]
    public async Task Kernel_paths_are_masked_and_read_only()
    {
        Assert.Equal("0", await SeenAsync("busybox", "sh", "-c", "cat /proc/kcore /proc/keys /proc/timer_list 2>/dev/null | wc -c"));
        CommandResult write = await Engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "echo 1 > /proc/sys/kernel/core_pattern");
        Assert.NotEqual(0, write.ExitCode);
        Assert.Contains("Read-only file system", write.Error);
        Assert.NotEqual(0, (await Engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "echo x > /proc/sysrq-trigger")).ExitCode);
    }

    [Fact]
    public async Task Devices_are_dockers_default_set() =>
        // /dev/core only where the kernel has /proc/kcore.
        Assert.Equal((File.Exists("/proc/kcore") ? "core " : "") + "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero", (await SeenAsync("busybox", "sh", "-c", "cd /dev; echo *")).Trim());

    [Fact]
    public async Task Network_none_has_only_a_loopback() =>
        Assert.Equal("lo", await SeenAsync("--network", "none", "busybox", "ls", "/sys/class/net"));

    [Fact]
    public async Task Network_host_is_the_hosts_own() =>
        Assert.Equal((await Engine.Host.RunAsync("readlink", "/proc/self/ns/net")).Line, await SeenAsync("--network", "host", "busybox", "readlink", "/proc/self/ns/net"));

    [Fact]
    public async Task On_the_bridge_containers_reach_each_other_and_the_gateway()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "peer", "busybox", "sleep", "100")).Succeeded();
        string address = await Engine.InspectAsync("peer", "{{.NetworkSettings.IPAddress}}");
        Assert.Matches(@"^172\.17\.0\.\d+$", address);
        Assert.Contains("1 packets received", await SeenAsync("busybox", "ping", "-c1", "-W2", address));
        string gateway = await Engine.InspectAsync("peer", "{{.NetworkSettings.Gateway}}");
        Assert.Contains("1 packets received", await SeenAsync("busybox", "ping", "-c1", "-W2", gateway));
        (await Engine.DockerAsync("rm", "-f", "peer")).Succeeded();
    }

    [Fact]
    public async Task Labels_restart_policy_and_limits_show_in_inspect()
    {
        (await Engine.DockerAsync("create", "--name", "shown", "--label", "a=b", "--restart", "no", "-m", "32m", "--cap-add", "SYS_TIME", "busybox", "true")).Succeeded();
        Assert.Equal("b no 33554432 [CAP_SYS_TIME] created", await Engine.InspectAsync("shown",
            "{{.Config.Labels.a}} {{.HostConfig.RestartPolicy.Name}} {{.HostConfig.Memory}} {{.HostConfig.CapAdd}} {{.State.Status}}"));
        (await Engine.DockerAsync("rm", "shown")).Succeeded();
    }

    [Fact]
    public async Task Rm_leaves_no_container_behind()
    {
        (await Engine.DockerAsync("run", "--rm", "--name", "short", "busybox", "true")).Succeeded();
        Assert.Contains("No such", (await Engine.DockerAsync("inspect", "short")).Exited(1).Error);
    }

    [Fact]
    public async Task Detached_it_prints_the_id_and_goes_on()
    {
        CommandResult run = (await Engine.DockerAsync("run", "-d", "--name", "away", "busybox", "sleep", "100")).Succeeded();
        Assert.Matches("^[0-9a-f]{64}$", run.Line);
        Assert.Equal("running", await Engine.InspectAsync("away", "{{.State.Status}}"));
        (await Engine.DockerAsync("rm", "-f", "away")).Succeeded();
    }
}
