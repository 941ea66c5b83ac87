using System.Globalization;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>The published ways from a container through <c>docker cp</c> to the host, each with the proof that the trap it sets works on those who step in.</summary>
public sealed class CopyAttackTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    /// <summary>A folder of the host that no container has, with a secret in it.</summary>
    private string MakeVictim(string name)
    {
        string victim = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, name)).FullName;
        File.WriteAllText(Path.Combine(victim, "file"), "of the host");
        return victim;
    }

    // CVE-2018-15664
    [Fact]
    public async Task A_directory_that_turns_into_a_link_while_files_are_copied_leads_nowhere()
    {
        string victim = MakeVictim("exchanged");
        (await Engine.DockerAsync("run", "-d", "--name", "exchange", "busybox", "sh", "-c",
            $"mkdir /real; echo inside > /real/file; while :; do ln -s {victim} /x; rm /x; mv /real /x; mv /x /real; done")).Succeeded();
        string root = await Engine.InspectAsync("exchange", "{{.GraphDriver.Data.MergedDir}}");
        // A path of the container joined to a path of the host: what it leads to once in a while is the host's.
        await Eventually.TrueAsync(async () => (await Engine.Host.ShellAsync($"for i in $(seq 200); do cat {root}/x/file 2>/dev/null; done")).Output.Contains("of the host", StringComparison.Ordinal));
        CommandResult read = await Engine.TypedAsync("for i in $(seq 60); do docker cp exchange:/x/file - 2>/dev/null | tar xO 2>/dev/null; done");
        Assert.DoesNotContain("of the host", read.Output);
        await Engine.TypedAsync($"cd {Engine.Host.Folder}; echo written > planted; for i in $(seq 60); do docker cp planted exchange:/x/ 2>/dev/null; done");
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(victim).Select(path => Path.GetFileName(path)));
        Assert.Equal("of the host", await File.ReadAllTextAsync(Path.Combine(victim, "file")));
        (await Engine.DockerAsync("rm", "-f", "exchange")).Succeeded();
    }

    // CVE-2019-14271, CVE-2026-41567
    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public async Task Nothing_of_the_container_is_loaded_or_run_to_read_a_compressed_archive(string compression)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "trap-" + compression)).FullName, container = "trap-" + compression;
        string marker = Path.Combine(folder, "sprung");
        await File.WriteAllTextAsync(Path.Combine(folder, "evil.c"), $$"""
            #include <fcntl.h>
            static void __attribute__((constructor)) spring(void) { open("{{marker}}", O_CREAT | O_WRONLY, 0600); open("/sprung", O_CREAT | O_WRONLY, 0600); }
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "evil.sh"), $"#!/bin/sh\n: > {marker}; : > /sprung\n");
        (await Command.RunAsync(["sh", "-ec", $$"""
            cd {{folder}}
            gcc -shared -fPIC -o evil.so evil.c; chmod +x evil.sh
            mkdir -p root/etc root/lib/x86_64-linux-gnu root/usr/lib/x86_64-linux-gnu root/lib64 root/usr/bin root/bin
            for dir in root/lib root/lib64 root/lib/x86_64-linux-gnu root/usr/lib/x86_64-linux-gnu; do
              for lib in libnss_files.so.2 libnss_evil.so.2 libz.so.1 liblzma.so.5 libzstd.so.1 libbz2.so.1.0 libc.so.6; do cp evil.so $dir/$lib; done
            done
            for tool in xz unxz unpigz pigz gzip gunzip bzip2 bunzip2 zstd unzstd tar; do cp evil.sh root/usr/bin/$tool; done
            printf 'passwd: evil\ngroup: evil\n' > root/etc/nsswitch.conf
            tar -C root -cf root.tar .
            mkdir payload; echo unpacked > payload/data; tar -C payload -cf payload.tar data; {{compression}} -c payload.tar > payload.packed
            """])).Succeeded();
        // The trap works: who loads the library, loads the attack.
        (await Command.RunAsync(["env", $"LD_PRELOAD={folder}/evil.so", "true"])).Succeeded();
        Assert.True(File.Exists(marker));
        File.Delete(marker);
        (await Engine.DockerAsync("run", "-d", "--name", container, "busybox", "sleep", "100")).Succeeded();
        (await Engine.TypedAsync($"docker cp - {container}:/ < {folder}/root.tar")).Succeeded();
        (await Engine.TypedAsync($"docker cp -a - {container}:/tmp < {folder}/payload.packed")).Succeeded();
        Assert.Equal("unpacked", (await Engine.TypedAsync($"docker cp -a {container}:/tmp/data - | tar xO")).Succeeded().Line);
        Assert.False(File.Exists(marker));
        Assert.Equal("", (await Engine.TypedAsync($"docker diff {container} | grep sprung || true")).Succeeded().Output);
        string data = Engine.DataRoot;
        Assert.DoesNotContain(await File.ReadAllLinesAsync($"/proc/{Engine.DaemonPid}/maps"), line => line.Contains(data, StringComparison.Ordinal) || line.Contains("evil", StringComparison.Ordinal));
        (await Engine.DockerAsync("rm", "-f", container)).Succeeded();
    }

    // CVE-2026-41568, CVE-2026-42306
    [Theory]
    [InlineData("")]
    [InlineData("/new")]
    public async Task A_mount_point_that_another_container_turns_into_a_link_is_made_and_mounted_nowhere_else(string below)
    {
        string victim = MakeVictim("mountpoint" + below.Length), name = "point" + below.Length.ToString(CultureInfo.InvariantCulture);
        // The stopped one mounts one volume in a directory of the other, which a running one has too.
        (await Engine.DockerAsync("create", "--name", name, "-v", $"{name}-a:/a", "-v", $"{name}-b:/a/b", "busybox", "true")).Succeeded();
        (await Engine.DockerAsync("run", "-d", "--name", name + "-r", "-v", $"{name}-a:/a", "busybox", "sh", "-c",
            $"while :; do rm -rf /a/b; ln -s {victim}{below} /a/b; rm /a/b; mkdir /a/b; done")).Succeeded();
        string mountpoint = (await Engine.DockerAsync("volume", "inspect", "-f", "{{.Mountpoint}}", name + "-a")).Succeeded().Line;
        // By paths of the host the link is followed.
        await Eventually.TrueAsync(async () => (await Engine.Host.ShellAsync($"for i in $(seq 200); do readlink {mountpoint}/b; done")).Output.Contains(victim, StringComparison.Ordinal));
        await Engine.TypedAsync($"cd {Engine.Host.Folder}; echo planted > planted; for i in $(seq 40); do docker cp planted {name}:/a/b/ ; docker cp {name}:/a/b - | cat; done >/dev/null 2>&1");
        Assert.Equal(["file"], Directory.EnumerateFileSystemEntries(victim).Select(path => Path.GetFileName(path)));
        Assert.Equal("of the host", (await Engine.Host.ShellAsync($"cat {victim}/file")).Succeeded().Line);
        Assert.DoesNotContain(victim, (await Engine.Host.ShellAsync("cat /proc/self/mountinfo")).Succeeded().Output);
        (await Engine.DockerAsync("rm", "-f", name, name + "-r")).Succeeded();
    }

    // CVE-2021-41089
    [Fact]
    public async Task An_entry_with_the_name_of_a_link_changes_no_modes_of_the_host()
    {
        string victim = MakeVictim("modes"), folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "modes-tar/x")).Parent!.FullName;
        File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        (await Engine.DockerAsync("run", "-d", "--name", "modes", "busybox", "sh", "-c", $"ln -s {victim} /tmp/x; ln -s {victim}/file /tmp/f; sleep 100")).Succeeded();
        string root = await Engine.InspectAsync("modes", "{{.GraphDriver.Data.MergedDir}}");
        await Eventually.TrueAsync(async () => (await Engine.Host.ShellAsync($"cat {root}/tmp/f")).Output == "of the host");
        await File.WriteAllTextAsync(Path.Combine(folder, "f"), "replaced");
        await Engine.TypedAsync($"cd {folder}; chmod 777 x f; tar cf - x f | docker cp - modes:/tmp; tar cf - x/ | docker cp - modes:/tmp/; docker cp {folder}/x modes:/tmp/");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(victim));
        Assert.Equal("of the host", await File.ReadAllTextAsync(Path.Combine(victim, "file")));
        (await Engine.DockerAsync("rm", "-f", "modes")).Succeeded();
    }

    // CVE-2022-23648
    [Fact]
    public async Task A_volume_of_an_image_whose_place_is_a_link_is_not_filled_from_the_host()
    {
        string victim = MakeVictim("copied-up"), folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "volume-image/bin")).Parent!.FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "plain"), victim);
        File.CreateSymbolicLink(Path.Combine(folder, "climbing"), "../../../../../../../../../.." + victim);
        File.Copy("/bin/busybox", Path.Combine(folder, "bin/busybox"), overwrite: true);
        (await Engine.TypedAsync($"tar -C {folder} -c . | docker import -c 'VOLUME [\"/plain\", \"/climbing\"]' -c 'CMD [\"/bin/busybox\", \"find\", \"/\", \"-xdev\", \"-name\", \"file\"]' - links")).Succeeded();
        Assert.True(File.Exists(Path.Combine(folder, "plain/file")));   // by the host's path there is something to copy
        (await Engine.DockerAsync("create", "--name", "links", "links")).Succeeded();
        foreach (string mountpoint in (await Engine.InspectAsync("links", "{{range .Mounts}}{{.Source}} {{end}}")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            Assert.Empty(Directory.EnumerateFileSystemEntries(mountpoint));
        Assert.Equal("", (await Engine.DockerAsync("start", "-a", "links")).Output);
        (await Engine.DockerAsync("rm", "-fv", "links")).Succeeded();
    }

    // CVE-2021-41091
    [Fact]
    public async Task Who_is_not_root_reaches_no_program_or_secret_of_an_image_or_container()
    {
        (await Engine.DockerAsync("run", "--name", "setuid", "busybox", "sh", "-c", "mkdir /su; cp /bin/busybox /su; chmod 4755 /su/busybox; echo secret > /secret; chmod 600 /secret")).Succeeded();
        string upper = await Engine.InspectAsync("setuid", "{{.GraphDriver.Data.UpperDir}}"), layer = await Engine.InspectAsync("busybox", "{{.GraphDriver.Data.UpperDir}}");
        (await Engine.DockerAsync("commit", "setuid", "setuid")).Succeeded();
        Assert.Equal("0", (await Command.RunAsync([$"{upper}/su/busybox", "id", "-u"])).Succeeded().Line);   // root gets there
        // A shell between: setpriv(1) itself still has its capabilities when it looks for the program.
        string[] nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh", "-c"];
        (await Command.RunAsync([.. nobody, $"{upper}/su/busybox id -u"])).Exited(126);
        (await Command.RunAsync([.. nobody, $"{layer}/bin/busybox true"])).Exited(126);
        CommandResult found = await Command.RunAsync([.. nobody, $"find {Engine.DataRoot} {Engine.ExecRoot} -mindepth 3 ! -path '*/volumes/*' 2>/dev/null"]);
        Assert.Equal("", found.Output);
        (await Engine.DockerAsync("rm", "setuid")).Succeeded();
        (await Engine.DockerAsync("rmi", "setuid")).Succeeded();
    }

    // CVE-2022-24769
    [Fact]
    public async Task Capabilities_are_inherited_by_no_program_that_does_not_ask_for_them()
    {
        string status = (await Engine.DockerAsync("run", "--rm", "-u", "1000", "busybox", "grep", "Cap", "/proc/self/status")).Succeeded().Output;
        Assert.Contains("CapInh:\t0000000000000000", status);
        Assert.Contains("CapEff:\t0000000000000000", status);
        Assert.DoesNotContain("CapBnd:\t0000000000000000", status);
    }
}
