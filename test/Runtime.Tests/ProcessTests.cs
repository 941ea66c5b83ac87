using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void User_groups_umask_and_home_are_as_configured()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("id; umask; echo $HOME", bundle =>
            bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000, ["umask"] = 63, ["additionalGids"] = new JsonArray(5, 6) }));
        Assert.Equal("uid=1000(user) gid=1000 groups=5,6\n0077\n/home\n", output);
    }

    [Fact]
    public void Home_of_the_environment_wins_and_an_unknown_user_has_the_root_directory()
    {
        Assert.Equal("/elsewhere\n", _host.RunScript("echo $HOME", bundle => bundle.Process["env"] = new JsonArray("PATH=/bin", "HOME=/elsewhere")).Output);
        Assert.Equal("/\n", _host.RunScript("echo $HOME", bundle => bundle.Process["user"] = new JsonObject { ["uid"] = 4242, ["gid"] = 4242 }).Output);
    }

    [Fact]
    public void A_variable_that_is_given_twice_has_its_last_value_once()
    {
        Assert.Equal("PATH=/bin\nONE=three\nHOME=/root\n", _host.RunScript("", bundle =>
        {
            bundle.Process["env"] = new JsonArray("PATH=/bin", "ONE=two", "HOME=/x", "ONE=three", "HOME=");
            bundle.Process["args"] = new JsonArray("env");
        }).Output);
        Assert.Contains("missing '=' in", _host.RunScript("true", bundle => bundle.Process["env"] = new JsonArray("PATH=/bin", "X")).Error);
    }

    [Fact]
    public void The_runtimes_own_cpus_are_not_the_containers()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("grep", "Cpus_allowed_list", "/proc/self/status");
        string all = RuntimeProgramHost.Execute("grep", "Cpus_allowed_list", "/proc/self/status").Output;
        Outcome outcome = RuntimeProgramHost.Execute("taskset", "-c", "0", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id);
        Assert.Equal(all, RuntimeProgramHost.Succeed(outcome));
    }

    [Fact]
    public void Unknown_capabilities_are_told_and_passed_over()
    {
        Outcome outcome = _host.RunScript("true", bundle => bundle.Process["capabilities"]!["bounding"] = new JsonArray("CAP_KILL", "CAP_UNKNOWN"));
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("ignoring unknown or unavailable capabilities: [CAP_UNKNOWN]", outcome.Error);
    }

    [Fact]
    public void All_five_capability_sets_are_exact()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("grep ^Cap /proc/self/status", bundle =>
        {
            bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
            bundle.Process["capabilities"] = new JsonObject
            {
                ["bounding"] = new JsonArray("CAP_KILL", "CAP_CHOWN", "CAP_NET_RAW"), ["permitted"] = new JsonArray("CAP_KILL", "CAP_CHOWN"),
                ["effective"] = new JsonArray("CAP_KILL"), ["inheritable"] = new JsonArray("CAP_KILL"), ["ambient"] = new JsonArray("CAP_KILL"),
            };
        }));
        // execve of a plain program by a plain user: permitted and effective become the ambient set. capabilities(7)
        Assert.Equal(["0000000000000020", "0000000000000020", "0000000000000020", "0000000000002021", "0000000000000020"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[1]));
    }

    [Fact]
    public void Ambient_capabilities_that_are_not_inheritable_are_told_and_passed_over()
    {
        Outcome outcome = _host.RunScript("grep ^CapAmb /proc/self/status", bundle => bundle.Process["capabilities"]!["ambient"] = new JsonArray("CAP_KILL"));
        Assert.Equal("CapAmb:\t0000000000000000\n", outcome.Output);
        Assert.Contains("can't raise ambient capability CAP_KILL", outcome.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_seccomp_filter_holds_with_and_without_new_privileges(bool noNewPrivileges)
    {
        Outcome outcome = _host.RunScript("mkdir /tmp/x; grep -e ^NoNewPrivs -e ^Seccomp: /proc/self/status", bundle =>
        {
            bundle.Process["noNewPrivileges"] = noNewPrivileges;
            bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
            bundle.Linux["seccomp"] = JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}""");
        });
        Assert.Contains("Operation not supported", outcome.Error);
        Assert.Equal($"NoNewPrivs:\t{(noNewPrivileges ? 1 : 0)}\nSeccomp:\t2\n", outcome.Output);
    }

    [Fact]
    public void Flags_of_a_seccomp_filter_are_taken_and_unknown_ones_refused()
    {
        JsonNode profile(string flag) => JsonNode.Parse($$"""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG","{{flag}}"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}""")!;
        Bundle bundle = new(_host);
        bundle.Linux["seccomp"] = profile("SECCOMP_FILTER_FLAG_TSYNC");
        bundle.Process["args"] = new JsonArray("sh", "-c", "mkdir /dev/shm/x; grep ^Seccomp: /proc/self/status");
        Outcome outcome = _host.Run("--debug", "run", "-b", bundle.Write(), _host.Id);
        Assert.Equal("Seccomp:\t2\n", RuntimeProgramHost.Succeed(outcome));
        Assert.Contains("seccomp filter flags: 2", outcome.Error);   // TSYNC has nobody to reach: the process has one thread
        Assert.Contains("mkdir: can't create directory '/dev/shm/x': Operation not permitted", outcome.Error);
        bundle.Linux["seccomp"] = profile("SECCOMP_FILTER_FLAG_NONE");
        Assert.Contains("seccomp flag SECCOMP_FILTER_FLAG_NONE is not supported", _host.Run("run", "-b", bundle.Write(), _host.Id).Error);
    }

    [Fact]
    public void Limits_oom_score_and_scheduling_are_set()
    {
        string output = RuntimeProgramHost.Succeed(_host.RunScript("ulimit -n; cat /proc/self/oom_score_adj", bundle =>
        {
            bundle.Process["rlimits"] = new JsonArray(new JsonObject { ["type"] = "RLIMIT_NOFILE", ["hard"] = 600, ["soft"] = 512 });
            bundle.Process["oomScoreAdj"] = 321;
            bundle.Process["ioPriority"] = new JsonObject { ["class"] = "IOPRIO_CLASS_IDLE", ["priority"] = 0 };
            bundle.Process["scheduler"] = new JsonObject { ["policy"] = "SCHED_BATCH", ["nice"] = 5 };
        }));
        Assert.Equal("512\n321\n", output);
    }

    [Fact]
    public void An_exec_runs_on_its_cpus()
    {
        _host.StartSleeper();
        Assert.Equal("Cpus_allowed_list:\t0\n", ExecWithAffinity("""{"initial":"0-1","final":"0"}"""));
        Assert.Equal("Cpus_allowed_list:\t1\n", ExecWithAffinity("""{"initial":"1"}"""));
        Assert.Contains("invalid list of CPUs '1-x'", Assert.Throws<Xunit.Sdk.TrueException>(() => ExecWithAffinity("""{"final":"1-x"}""")).Message);
    }

    private string ExecWithAffinity(string affinity)
    {
        string file = $"{_host.Folder}/process.json";
        File.WriteAllText(file, $$$"""{"cwd":"/","args":["grep","Cpus_allowed_list","/proc/self/status"],"env":["PATH=/bin"],"execCPUAffinity":{{{affinity}}}}""");
        return RuntimeProgramHost.Succeed(_host.Run("exec", "--process", file, _host.Id));
    }

    [Fact]
    public void A_memory_policy_is_set_where_the_kernel_has_them()
    {
        Outcome outcome = _host.RunScript("grep -m 1 -o 'bind:0' /proc/self/numa_maps || echo none", bundle => bundle.Linux["memoryPolicy"] = new JsonObject { ["mode"] = "MPOL_BIND", ["nodes"] = "0" });
        if (File.Exists("/proc/self/numa_maps")) Assert.Equal("bind:0\n", outcome.Output);
        else Assert.Contains("cannot set the memory policy MPOL_BIND: function not implemented", outcome.Error);
    }

    [Fact]
    public void No_descriptor_of_the_runtime_reaches_the_program()
        => Assert.Equal("0\n1\n2\n3\n", _host.RunScript("ls /proc/self/fd").Output);   // 3 is ls reading the directory

    [Fact]
    public void No_signal_is_blocked_or_ignored()
        => Assert.Equal("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", _host.RunScript("exec grep -e ^SigBlk -e ^SigIgn /proc/self/status").Output);

    [Fact]
    public void A_terminal_is_the_controlling_one_with_its_size_and_bound_as_console()
    {
        Bundle bundle = new(_host);
        bundle.Process["terminal"] = true;
        bundle.Process["consoleSize"] = new JsonObject { ["height"] = 33, ["width"] = 99 };
        bundle.Process["args"] = new JsonArray("sh", "-c", "tty; stty size; [ /dev/console -ef /dev/console ] && ls -l /dev/console; echo x > /dev/tty; exit 5");
        Outcome outcome = RuntimeProgramHost.Execute("script", ["-qec", $"{RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}", "/dev/null"]);
        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("/dev/pts/0", outcome.Output);
        Assert.Contains("33 99", outcome.Output);
        Assert.Contains("136,   0", outcome.Output);
    }

    [Theory]
    [InlineData("nope", "run failed: unable to start container process: error during container init: exec: \\\"nope\\\": executable file not found in $PATH")]
    [InlineData("/nope", "exec: \\\"/nope\\\": stat /nope: no such file or directory")]
    [InlineData("/etc/passwd", "exec: \\\"/etc/passwd\\\": permission denied")]
    [InlineData("/etc", "exec: \\\"/etc\\\": is a directory")]
    public void A_program_that_cannot_run_is_told_in_the_words_that_docker_matches(string program, string text)
    {
        Outcome outcome = _host.RunScript("", bundle => bundle.Process["args"] = new JsonArray(program));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(text, outcome.Error);
    }

    [Fact]
    public void A_program_that_the_kernel_refuses_says_so_where_it_would_have_written()
    {
        File.WriteAllText($"{_host.Rootfs}/bin/script", "#!/no/such/interpreter\n");
        File.SetUnixFileMode($"{_host.Rootfs}/bin/script", (UnixFileMode)0x1ED);
        Outcome outcome = _host.RunScript("", bundle => bundle.Process["args"] = new JsonArray("script"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("exec script: no such file or directory\n", outcome.Error);
    }

    [Fact]
    public void A_working_directory_is_made_when_the_image_lacks_it_and_never_lies_outside()
    {
        Assert.Equal("/deep/er\n", _host.RunScript("pwd", bundle => bundle.Process["cwd"] = "/deep/er").Output);
        Directory.CreateSymbolicLink($"{_host.Rootfs}/link", "/proc/self/fd/7");
        Outcome outcome = _host.RunScript("pwd", bundle => bundle.Process["cwd"] = "/link");
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void Exec_joins_everything_and_gives_its_own_exit_code()
    {
        _host.StartSleeper(bundle => bundle.Config["hostname"] = "inside");
        Outcome outcome = _host.Run("exec", "-e", "A=b", "--cwd", "/tmp", "-u", "1000:1000", _host.Id, "sh", "-c", "hostname; echo $A $PWD; id -u; cat /proc/1/comm; exit 9");
        Assert.Equal("inside\nb /tmp\n1000\nsleep\n", outcome.Output);
        Assert.Equal(9, outcome.ExitCode);
        foreach (string kind in (string[])["mnt", "pid", "net", "ipc", "uts", "cgroup"])
            Assert.Equal(_host.Run("exec", _host.Id, "readlink", "/proc/1/ns/" + kind).Output, _host.Run("exec", _host.Id, "readlink", "/proc/self/ns/" + kind).Output);
    }

    [Fact]
    public void A_plain_user_with_the_right_to_all_files_runs_what_only_its_owner_may()
    {
        File.Copy("/bin/busybox", $"{_host.Rootfs}/bin/busybox-of-owner");
        File.SetUnixFileMode($"{_host.Rootfs}/bin/busybox-of-owner", (UnixFileMode)0x1E4 /* 0744 */);
        Outcome Run(params string[] sets) => _host.RunScript("", bundle =>
        {
            bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
            foreach (string set in sets) bundle.Process["capabilities"]![set] = new JsonArray("CAP_DAC_OVERRIDE");
            bundle.Process["args"] = new JsonArray("/bin/busybox-of-owner", "echo", "ran");
        });
        Assert.Contains("permission denied", Run().Error);
        Assert.Equal("ran\n", Run("bounding", "effective", "permitted", "inheritable", "ambient").Output);
    }

    [Fact]
    public void Exec_says_what_is_missing()
    {
        _host.StartSleeper();
        File.WriteAllText($"{_host.Rootfs}/bin/script", "#!/no/such/interpreter\n");
        File.SetUnixFileMode($"{_host.Rootfs}/bin/script", (UnixFileMode)0x1ED);
        Assert.Contains("exec failed: unable to start container process: exec /bin/script: no such file or directory", _host.Run("exec", _host.Id, "/bin/script").Error);
        Outcome missing = _host.Run("exec", _host.Id, "nope");
        Assert.Equal(255, missing.ExitCode);
        Assert.Contains("exec failed: unable to start container process: exec: \\\"nope\\\": executable file not found in $PATH", missing.Error);
        Assert.Contains("chdir to cwd (\\\"/nope\\\") set in config.json failed: no such file or directory", _host.Run("exec", "--cwd", "/nope", _host.Id, "true").Error);
    }

    [Fact]
    public void Exec_has_a_terminal_of_the_container()
    {
        _host.StartSleeper();
        Outcome outcome = RuntimeProgramHost.Execute("script", ["-qec", $"{RuntimeProgramHost.Program} --root {_host.StateRoot} exec -t {_host.Id} tty", "/dev/null"]);
        Assert.Contains("/dev/pts/0", outcome.Output);
    }
}
