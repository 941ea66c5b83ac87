using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests.Escapes;

/// <summary>Attacks on the runtime's own process while it is in the container: its program, its descriptors, its memory.</summary>
public sealed class RuntimeProgramTests : IDisposable
{
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void CVE_2019_5736_the_runtimes_program_is_not_overwritten_from_inside()
    {
        // A copy: should the attack work, the one under test of all others stays whole.
        string program = $"{_host.Folder}/sampan-runtime";
        File.Copy(RuntimeProgramHost.Program, program);
        byte[] before = SHA256.HashData(File.ReadAllBytes(program));
        // The classic: a program of the image that is the process that executes it, and a loop that writes to the program of whatever joins.
        File.WriteAllText($"{_host.Rootfs}/bin/evil", "#!/proc/self/exe\n");
        File.SetUnixFileMode($"{_host.Rootfs}/bin/evil", (UnixFileMode)0x1ED);
        Bundle bundle = Attacker("while true; do for p in /proc/[0-9]*; do case $(readlink $p/exe) in */busybox) ;; *) (echo evil > $p/exe) 2>/dev/null && echo wrote; echo tried >> /tmp/tried;; esac; done; done");
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute(program, "--root", _host.StateRoot, "run", "-d", "-b", bundle.Write(), _host.Id));
        for (int i = 0; i < 20; i++)
        {
            RuntimeProgramHost.Execute(program, "--root", _host.StateRoot, "exec", _host.Id, "true");
            RuntimeProgramHost.Execute(program, "--root", _host.StateRoot, "exec", _host.Id, "/bin/evil", "--version");
        }
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(program)));
    }

    [Fact]
    public void CVE_2019_5736_the_program_that_a_container_sees_as_its_own_cannot_be_opened_for_writing()
    {
        File.WriteAllText($"{_host.Rootfs}/bin/evil", "#!/proc/self/exe spec\n");
        File.SetUnixFileMode($"{_host.Rootfs}/bin/evil", (UnixFileMode)0x1ED);
        string program = $"{_host.Folder}/sampan-runtime";
        File.Copy(RuntimeProgramHost.Program, program);
        byte[] before = SHA256.HashData(File.ReadAllBytes(program));
        Bundle bundle = new(_host);
        bundle.Config["root"]!["readonly"] = false;
        bundle.Process["args"] = new JsonArray("/bin/evil");
        RuntimeProgramHost.Execute(program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id);
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(program)));
    }

    [Fact]
    public void CVE_2016_9962_no_process_of_the_container_looks_into_the_one_that_joins()
    {
        // Root in the container with the right to trace: only the joining process's own refusal (undumpable) stands in the way.
        Bundle bundle = Attacker("while true; do for p in /proc/[0-9]*; do case $p in /proc/1) ;; *) ls -l $p/fd/ $p/root/ $p/cwd/ 2>/dev/null; cat $p/environ 2>/dev/null; grep -q sampan-runtime $p/maps 2>/dev/null && echo MAPS;; esac; done; done > /tmp/seen");
        RuntimeProgramHost.Succeed(_host.Run("run", "-d", "-b", bundle.Write(), _host.Id));
        for (int i = 0; i < 30; i++) _host.Run("exec", _host.Id, "true");
        string seen = File.ReadAllText($"{_host.Rootfs}/tmp/seen");
        Assert.NotEmpty(seen);
        foreach (string secret in (string[])[_host.Folder, RuntimeProgramHost.Program, "state.json", "MAPS", "usr\n"]) Assert.DoesNotContain(secret, seen);
    }

    [Fact]
    public void CVE_2024_21626_no_working_directory_leads_through_a_descriptor_of_the_runtime()
    {
        for (int descriptor = 3; descriptor < 24; descriptor++)
        {
            int number = descriptor;
            Outcome outcome = _host.RunScript("pwd; ls ../../../../../../..", bundle => bundle.Process["cwd"] = $"/proc/self/fd/{number}");
            AssertInside(outcome);
            // The same by a link of the image: WORKDIR names an ordinary directory then.
            File.Delete($"{_host.Rootfs}/home/work");
            File.CreateSymbolicLink($"{_host.Rootfs}/home/work", $"/proc/self/fd/{number}");
            AssertInside(_host.RunScript("pwd; ls ../../../../../../..", bundle => bundle.Process["cwd"] = "/home/work"));
        }
    }

    [Fact]
    public void CVE_2024_21626_no_exec_starts_in_a_descriptor_of_the_runtime()
    {
        _host.StartSleeper();
        for (int descriptor = 3; descriptor < 24; descriptor++) AssertInside(_host.Run("exec", "--cwd", $"/proc/self/fd/{descriptor}", _host.Id, "sh", "-c", "pwd; ls ../../../../../../.."));
    }

    [Fact]
    public void CVE_2024_21626_no_program_is_taken_from_a_descriptor_of_the_runtime()
    {
        for (int descriptor = 3; descriptor < 24; descriptor++)
        {
            int number = descriptor;
            Outcome outcome = _host.RunScript("", bundle => bundle.Process["args"] = new JsonArray($"/proc/self/fd/{number}/../../../../../../../../usr/bin/id"));
            Assert.NotEqual(0, outcome.ExitCode);
        }
    }

    [Fact]
    public void Descriptors_that_the_caller_leaves_open_do_not_leak()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("ls", "/proc/self/fd");
        Outcome outcome = RuntimeProgramHost.Execute("sh", "-c", $"exec 7</ 8</etc/passwd; exec {RuntimeProgramHost.Program} --root {_host.StateRoot} run -b {bundle.Write()} {_host.Id}");
        Assert.Equal("0\n1\n2\n3\n", RuntimeProgramHost.Succeed(outcome));
    }

    [Fact]
    public void The_runtime_loads_no_library_and_reads_no_user_database_of_the_image()
    {
        // CVE-2019-14271: a helper in the container's root loaded the image's libnss_*.so. Ours would have to open it there.
        foreach (string folder in (string[])["lib", "lib64", "lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"])
        {
            Directory.CreateDirectory($"{_host.Rootfs}/{folder}");
            foreach (string name in (string[])["libnss_files.so.2", "libc.so.6", "ld-linux-x86-64.so.2"]) File.WriteAllText($"{_host.Rootfs}/{folder}/{name}", "evil");
        }
        File.WriteAllText($"{_host.Rootfs}/etc/nsswitch.conf", "passwd: files evil\n");
        Bundle bundle = new(_host);
        bundle.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        bundle.Process["args"] = new JsonArray("true");
        string trace = $"{_host.Folder}/trace";
        RuntimeProgramHost.Succeed(RuntimeProgramHost.Execute("strace", "-f", "-o", trace, "-e", "trace=open,openat,openat2", RuntimeProgramHost.Program, "--root", _host.StateRoot, "run", "-b", bundle.Write(), _host.Id));
        // A program's own loader reads its libraries before main, from the host: afterwards there is nothing to load.
        string[] opened = [.. File.ReadLines(trace).SkipWhile(line => !line.Contains("config.json"))];
        Assert.NotEmpty(opened);
        Assert.DoesNotContain(opened, line => line.Contains(".so") || line.Contains("nsswitch"));
    }

    private Bundle Attacker(string script)
    {
        Bundle bundle = new(_host);
        bundle.Config["root"]!["readonly"] = false;
        bundle.Process["noNewPrivileges"] = false;
        foreach (string set in (string[])["bounding", "effective", "permitted"])
            bundle.Process["capabilities"]![set] = new JsonArray("CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID");
        bundle.Process["args"] = new JsonArray("sh", "-c", script);
        return bundle;
    }

    private static void AssertInside(Outcome outcome)
    {
        if (outcome.ExitCode != 0) return;   // refused
        Assert.StartsWith("/", outcome.Output);
        Assert.DoesNotContain("usr", outcome.Output);
        Assert.DoesNotContain("unreachable", outcome.Output);
    }
}
