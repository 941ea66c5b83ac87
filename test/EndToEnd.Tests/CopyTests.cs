using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class CopyTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task Files_and_folders_go_in_and_out_of_running_and_stopped_containers()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "copy/sub")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "a"), "alpha");
        await File.WriteAllTextAsync(Path.Combine(folder, "sub/b"), "beta");
        (await Engine.DockerAsync("create", "--name", "cp", "busybox", "sleep", "100")).Succeeded();
        (await Engine.DockerAsync("cp", folder, "cp:/in")).Succeeded();
        (await Engine.DockerAsync("start", "cp")).Succeeded();
        Assert.Equal("alphabeta", (await Engine.DockerAsync("exec", "cp", "cat", "/in/a", "/in/sub/b")).Succeeded().Line);
        (await Engine.DockerAsync("cp", Path.Combine(folder, "a"), "cp:/in/c")).Succeeded();
        (await Engine.DockerAsync("cp", "cp:/in/c", Path.Combine(folder, "back"))).Succeeded();
        Assert.Equal("alpha", await File.ReadAllTextAsync(Path.Combine(folder, "back")));
        (await Engine.DockerAsync("stop", "-t", "0", "cp")).Succeeded();
        (await Engine.DockerAsync("cp", "cp:/in", Path.Combine(folder, "whole"))).Succeeded();
        Assert.Equal("beta", await File.ReadAllTextAsync(Path.Combine(folder, "whole/sub/b")));
        Assert.Contains("Could not find the file /absent in container cp", (await Engine.DockerAsync("cp", "cp:/absent", folder)).Exited(1).Error);
        (await Engine.DockerAsync("rm", "cp")).Succeeded();
    }

    [Fact]
    public async Task A_stopped_container_shows_its_binds_and_volumes_where_they_will_be()
    {
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "binds/sub")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "file"), "of the bind");
        await File.WriteAllTextAsync(Path.Combine(folder, "sub/x"), "deep");
        (await Engine.DockerAsync("volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m,mode=0700", "withoptions")).Succeeded();
        (await Engine.DockerAsync("create", "--name", "bound", "-v", $"{folder}/file:/etc/single", "-v", "outer:/data", "-v", $"{folder}:/data/inner:ro",
            "-v", "withoptions:/opt/tmpfs", "busybox", "true")).Succeeded();
        Assert.Equal("of the bind", (await Engine.TypedAsync("docker cp bound:/etc/single - | tar xO")).Succeeded().Line);
        Assert.Equal(["data/", "data/inner/", "data/inner/file", "data/inner/sub/", "data/inner/sub/x"],
            (await Engine.TypedAsync("docker cp bound:/data - | tar t")).Succeeded().Lines);
        Assert.StartsWith("drwx------", (await Engine.TypedAsync("docker cp bound:/opt/tmpfs - | tar tv")).Succeeded().Line, StringComparison.Ordinal);
        (await Engine.DockerAsync("cp", $"{folder}/sub/x", "bound:/data/written")).Succeeded();
        string mountpoint = (await Engine.DockerAsync("volume", "inspect", "-f", "{{.Mountpoint}}", "outer")).Succeeded().Line;
        Assert.Equal("deep", await File.ReadAllTextAsync(Path.Combine(mountpoint, "written")));
        Assert.Contains("mounted volume is marked read-only", (await Engine.DockerAsync("cp", $"{folder}/sub/x", "bound:/data/inner/new")).Exited(1).Error);
        Assert.DoesNotContain("withoptions", (await Engine.Host.ShellAsync("cat /proc/self/mountinfo")).Succeeded().Output);
        (await Engine.DockerAsync("start", "bound")).Succeeded();
        (await Engine.DockerAsync("wait", "bound")).Succeeded();
        foreach (string file in (string[])["Hosts", "Hostname", "ResolvConf"])
            Assert.Equal(await File.ReadAllTextAsync(await Engine.InspectAsync("bound", $"{{{{.{file}Path}}}}")),
                (await Engine.TypedAsync($"docker cp bound:/etc/{(file == "ResolvConf" ? "resolv.conf" : file.ToLowerInvariant())} - | tar xO")).Succeeded().Output);
        (await Engine.DockerAsync("rm", "bound")).Succeeded();
    }

    [Theory]
    [InlineData("create", "/etc/single")]
    [InlineData("run -d", "/etc/single")]
    [InlineData("run -d", "/etc/hosts")]
    public async Task A_file_that_is_mounted_in_a_container_is_not_replaced(string how, string path)
    {
        string file = Path.Combine(Engine.Host.Folder, "single");
        await File.WriteAllTextAsync(file, "the host's");
        (await Engine.TypedAsync($"docker {how} --name mounted -v {file}:/etc/single busybox sleep 100")).Succeeded();
        string before = (await Engine.TypedAsync($"docker cp mounted:{path} - | tar xO")).Succeeded().Output;
        Assert.Contains("device or resource busy", (await Engine.DockerAsync("cp", "/etc/passwd", $"mounted:{path}")).Exited(1).Error);
        Assert.Equal(before, (await Engine.TypedAsync($"docker cp mounted:{path} - | tar xO")).Succeeded().Output);
        if (how != "create") Assert.Equal(before, (await Engine.DockerAsync("exec", "mounted", "cat", path)).Succeeded().Output);
        (await Engine.DockerAsync("rm", "-f", "mounted")).Succeeded();
    }

    [Fact]
    public async Task A_link_in_the_container_never_leads_to_the_hosts_files()
    {
        string secret = Path.Combine(Engine.Host.Folder, "secret");
        await File.WriteAllTextAsync(secret, "of the host");
        (await Engine.DockerAsync("run", "--name", "liar", "busybox", "sh", "-c", $"mkdir -p /d; ln -s {Engine.Host.Folder} /d/out; ln -s ../../../../../..{secret} /d/file")).Succeeded();
        CommandResult read = await Engine.TypedAsync("docker cp -L liar:/d/file - | tar xO");
        Assert.DoesNotContain("of the host", read.Output);
        await Engine.TypedAsync($"docker cp {secret} liar:/d/out/written");
        Assert.False(File.Exists(Path.Combine(Engine.Host.Folder, "written")));
        (await Engine.DockerAsync("rm", "liar")).Succeeded();
    }

    [Fact]
    public async Task Two_gigabytes_stream_through_cp_in_constant_memory()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "big", "busybox", "sleep", "1000")).Succeeded();
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "big")).FullName;
        (await Command.RunAsync(["sh", "-c", $"openssl enc -aes-128-ctr -pass pass:x -nosalt -in /dev/zero 2>/dev/null | head -c 2147483648 > {folder}/blob"])).Succeeded();
        (await Engine.TypedAsync($"tar -C {folder} -cf - blob | docker cp - big:/tmp", TimeSpan.FromMinutes(5))).Succeeded();
        CommandResult back = (await Engine.TypedAsync("docker cp big:/tmp/blob - | tar xO | sha256sum", TimeSpan.FromMinutes(5))).Succeeded();
        CommandResult original = (await Command.RunAsync(["sh", "-c", $"sha256sum < {folder}/blob"])).Succeeded();
        Assert.Equal(original.Output, back.Output);
        string peak = (await Command.RunAsync(["sh", "-c", $"awk '/VmHWM/{{print $2}}' /proc/{Engine.DaemonPid}/status"])).Succeeded().Line;
        Assert.InRange(long.Parse(peak), 1, 200 * 1024);   // KiB
        (await Engine.DockerAsync("rm", "-f", "big")).Succeeded();
        File.Delete(Path.Combine(folder, "blob"));
    }

    [Fact]
    public async Task Diff_and_export_show_what_a_container_changed()
    {
        (await Engine.DockerAsync("run", "--name", "changed", "busybox", "sh", "-c", "echo x > /new; rm /etc/group")).Succeeded();
        Assert.Equal(["A /new", "C /etc", "D /etc/group"], (await Engine.DockerAsync("diff", "changed")).Succeeded().Lines.Order());
        CommandResult list = (await Engine.TypedAsync("docker export changed | tar tf - | grep -E '^(new|etc/passwd|etc/group)$' | sort")).Succeeded();
        Assert.Equal(["etc/passwd", "new"], list.Lines);
        (await Engine.DockerAsync("rm", "changed")).Succeeded();
    }
}
