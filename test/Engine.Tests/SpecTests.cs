using Sampan.Engine.Containers;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Tests;

public sealed class SpecTests
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:App:/home/app:/bin/sh\n";
    private const string Group = "root:x:0:\naudio:x:29:app,root\nstaff:x:50:\n";

    [Theory]
    [InlineData("", 0, 0, "0,29", "/root")]
    [InlineData("app", 1000, 1001, "1001,29", "/home/app")]
    [InlineData("1000", 1000, 1001, "1001,29", "/home/app")]
    [InlineData("app:staff", 1000, 50, "50", "/home/app")]
    [InlineData("1234", 1234, 0, "0", "/")]
    [InlineData("1234:77", 1234, 77, "77", "/")]
    public void Users_are_found_in_the_containers_own_files(string user, uint uid, uint gid, string groups, string home)
    {
        var resolved = UserLookup.Resolve(user, null, Passwd, Group);
        Assert.Equal((uid, gid, groups, home), (resolved.Uid, resolved.Gid, string.Join(',', resolved.AdditionalGids), resolved.Home));
    }

    [Fact]
    public void A_user_nobody_knows_is_refused_in_dockers_words() =>
        Assert.Equal("unable to find user nobody: no matching entries in passwd file",
            Assert.Throws<FaultException>(() => UserLookup.Resolve("nobody", null, Passwd, Group)).Message);

    [Theory]
    [InlineData("KILL", 9)]
    [InlineData("sigterm", 15)]
    [InlineData("1", 1)]
    [InlineData("RTMIN+3", 37)]
    public void Signals_have_names_and_numbers(string text, int number) => Assert.Equal(number, Signal.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("SIGNOPE")]
    [InlineData("65")]
    public void Other_signals_are_refused(string text) => Assert.Throws<FaultException>(() => Signal.Parse(text));

    [Fact]
    public void Mounts_come_with_parents_before_children_and_replace_our_own()
    {
        var context = Context(new HostConfig { ShmSize = 1 << 20 },
        [
            new ContainerMount { Type = "bind", Source = "/a", Destination = "/data/sub" },
            new ContainerMount { Type = "bind", Source = "/b", Destination = "/data" },
            new ContainerMount { Type = "bind", Source = "/c", Destination = "/etc/hosts", ReadWrite = false },
        ]);
        var mounts = MountSection.Build(context);
        var destinations = mounts.Select(mount => mount.Destination).ToList();
        Assert.True(destinations.IndexOf("/data") < destinations.IndexOf("/data/sub"));
        var hosts = Assert.Single(mounts, mount => mount.Destination == "/etc/hosts");
        Assert.Equal("/c", hosts.Source);
        Assert.Contains("rro", hosts.Options!);
        Assert.Contains("size=1048576", mounts.Single(mount => mount.Destination == "/dev/shm").Options!);
    }

    [Fact]
    public void A_container_gets_its_own_namespaces_and_dockers_defaults()
    {
        var spec = SpecBuilder.Build(Context(new HostConfig { ShmSize = 1, CgroupnsMode = "host", Memory = 64 << 20, NanoCpus = 500_000_000, PidsLimit = 20 }, []));
        Assert.Equal(["mount", "network", "uts", "pid", "ipc"], spec.Linux!.Namespaces!.Select(space => space.Type));
        Assert.Equal(14, spec.Process!.Capabilities!.Bounding!.Count);
        Assert.Equal(["PATH=/x", "HOSTNAME=h", "HOME=/root"], spec.Process.Env!);
        Assert.Contains("/proc/kcore", spec.Linux.MaskedPaths!);
        Assert.Equal((64L << 20, 50_000L, 20L), (spec.Linux.Resources!.Memory!.Limit, spec.Linux.Resources.Cpu!.Quota, spec.Linux.Resources.Pids!.Limit));
        Assert.NotNull(spec.Linux.Seccomp);
        Assert.Equal("0", spec.Linux.Sysctl!["net.ipv4.ip_unprivileged_port_start"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    public void A_seccomp_profile_that_cannot_be_read_is_refused(string profile) =>
        Assert.Equal(FaultKind.InvalidArgument, Assert.Throws<FaultException>(() => SecurityOptions.Parse([$"seccomp={profile}"], false)).Kind);

    [Fact]
    public void A_seccomp_profile_of_ones_own_is_taken()
    {
        var options = SecurityOptions.Parse(["""seccomp={"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO","includes":{}}]}"""], false);
        Assert.Equal("SCMP_ACT_ALLOW", options.SeccompFor([])!.DefaultAction);
    }

    [Fact]
    public void Privileged_drops_the_walls()
    {
        var spec = SpecBuilder.Build(Context(new HostConfig { ShmSize = 1, Privileged = true }, []));
        Assert.Null(spec.Linux!.Seccomp);
        Assert.Empty(spec.Linux.MaskedPaths!);
        Assert.Contains("rw", spec.Mounts!.Single(mount => mount.Destination == "/sys").Options!);
        Assert.Equal(DefaultCapabilities.Known, spec.Process!.Capabilities!.Bounding);
    }

    private static SpecContext Context(HostConfig host, IReadOnlyList<ContainerMount> mounts) => new()
    {
        Document = new ContainerDocument
        {
            Id = new string('a', 64), Name = "n", Created = default, ImageId = "sha256:" + new string('0', 64), ChainId = null,
            Config = new ContainerConfig { Cmd = ["true"], Env = ["PATH=/x"], Hostname = "h" },
            HostConfig = host, Networks = new Dictionary<string, EndpointSettings>(), Mounts = mounts,
        },
        Bundle = "/b",
        User = new ResolvedUser(0, 0, [], "/root"),
        Hostname = "h", HostsPath = "/f/hosts", HostnamePath = "/f/hostname", ResolvConfPath = "/f/resolv.conf",
        NetworkNamespace = "/proc/1/ns/net", ShmSize = host.ShmSize, CgroupsPath = "/sampan/a", CgroupV2 = false,
    };
}
