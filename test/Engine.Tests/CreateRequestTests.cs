using Sampan.Engine.Containers.Create;
using Sampan.Engine.Spec;
using Sampan.Faults;
using Sampan.Networks;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;
using EmptyObject = Sampan.Specs.Docker.EmptyObject;

namespace Sampan.Engine.Tests;

public sealed class CreateRequestTests
{
    private static readonly ExecutionConfig Image = new()
    {
        Entrypoint = ["/entry"], Cmd = ["default"], Env = ["PATH=/bin", "A=image"], User = "app", WorkingDir = "/srv", StopSignal = "SIGQUIT",
        Labels = new Dictionary<string, string> { ["who"] = "image", ["kept"] = "yes" },
    };

    [Theory]
    [InlineData(null, null, "/entry default")]
    [InlineData(null, "x", "/entry x")]
    [InlineData("/mine", null, "/mine")]
    [InlineData("/mine", "x", "/mine x")]
    [InlineData("", "x", "x")]
    public void Entrypoint_and_command_merge_as_in_docker(string? entrypoint, string? command, string expected)
    {
        var merged = ImageDefaults.Merge(new ContainerConfig
        {
            Entrypoint = entrypoint is null ? null : [entrypoint],
            Cmd = command is null ? null : [command],
        }, Image);
        Assert.Equal(expected, string.Join(' ', [.. merged.Entrypoint ?? [], .. merged.Cmd ?? []]));
    }

    [Fact]
    public void The_request_wins_over_the_image()
    {
        var merged = ImageDefaults.Merge(new ContainerConfig { Env = ["A=mine"], Labels = new Dictionary<string, string> { ["who"] = "me" } }, Image);
        Assert.Equal(["A=mine", "PATH=/bin"], merged.Env!);
        Assert.Equal("me", merged.Labels!["who"]);
        Assert.Equal("yes", merged.Labels["kept"]);
        Assert.Equal(("app", "/srv", "SIGQUIT"), (merged.User, merged.WorkingDir, merged.StopSignal));
    }

    [Fact]
    public void Nothing_to_run_is_refused()
    {
        var error = Assert.Throws<FaultException>(() => ImageDefaults.Merge(new ContainerConfig(), new ExecutionConfig()));
        Assert.Equal((FaultKind.InvalidArgument, "no command specified"), (error.Kind, error.Message));
    }

    [Fact]
    public void Every_unsupported_field_is_named_at_once()
    {
        var error = Assert.Throws<FaultException>(() => UnsupportedFields.Refuse(new ContainerConfig(), new HostConfig { Links = ["a:b"], CpuPercent = 5 }));
        Assert.Equal(FaultKind.NotSupported, error.Kind);
        Assert.Contains("HostConfig.Links", error.Message);
        Assert.Contains("HostConfig.CpuPercent", error.Message);
    }

    [Theory]
    [InlineData("/host:/in", "bind", "/host", true)]
    [InlineData("/host:/in:ro", "bind", "/host", false)]
    [InlineData("data:/in", "volume", "", true)]
    [InlineData("data:/in:ro,nocopy", "volume", "", false)]
    public void Binds_are_read(string bind, string type, string source, bool readWrite)
    {
        var mount = Assert.Single(MountPlan.Make(new ContainerConfig(), new HostConfig { Binds = [bind] }, _ => [])).Mount;
        Assert.Equal((type, source, "/in", readWrite), (mount.Type, mount.Source, mount.Destination, mount.ReadWrite));
    }

    [Theory]
    [InlineData("/host", "invalid volume specification: '/host'")]
    [InlineData("/host:in", "mount path must be absolute")]
    [InlineData("/host:/", "destination can't be '/'")]
    [InlineData("/host:/in:what", "invalid mode: what")]
    [InlineData("sp ace:/in", "includes invalid characters for a local volume name")]
    public void Bad_binds_say_why(string bind, string expected)
    {
        var error = Assert.Throws<FaultException>(() => MountPlan.Make(new ContainerConfig(), new HostConfig { Binds = [bind] }, _ => []));
        Assert.Equal(FaultKind.InvalidArgument, error.Kind);
        Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void A_volume_of_the_image_gives_way_to_a_bind_of_the_same_place()
    {
        var config = new ContainerConfig { Volumes = new Dictionary<string, EmptyObject> { ["/in"] = default, ["/other"] = default } };
        var mounts = MountPlan.Make(config, new HostConfig { Binds = ["/host:/in/"] }, _ => []);
        Assert.Equal(["/in bind", "/other volume"], mounts.Select(mount => $"{mount.Mount.Destination} {mount.Mount.Type}"));
        Assert.True(mounts[1].Mount.Anonymous);
    }

    [Theory]
    [InlineData("/:/in", "rslave")]
    [InlineData("/var/lib/docker:/in", "rslave")]
    [InlineData("/var/lib/docker/containers:/in", "rslave")]
    [InlineData("/var/lib/docker:/in:rshared", "rshared")]
    [InlineData("/var/lib:/in:rslave", "rslave")]
    [InlineData("/home:/in", "rprivate")]
    [InlineData("/home:/in:private", "private")]
    public void A_bind_that_shows_the_daemons_folder_follows_the_hosts_mounts(string bind, string propagation)
    {
        var mounts = DataRootBinds.Settle(MountPlan.Make(new ContainerConfig(), new HostConfig { Binds = [bind] }, _ => []), "/var/lib/docker");
        Assert.Equal(propagation, Assert.Single(mounts).Mount.Propagation);
    }

    [Theory]
    [InlineData("private")]
    [InlineData("rprivate")]
    [InlineData("slave")]
    [InlineData("shared")]
    public void A_bind_that_shows_the_daemons_folder_and_shall_not_follow_is_refused(string propagation)
    {
        var planned = MountPlan.Make(new ContainerConfig(), new HostConfig { Binds = ["/var/lib:/in:" + propagation] }, _ => []);
        Assert.StartsWith("invalid mount config: must use either propagation mode \"rslave\" or \"rshared\" when mount source is within the daemon root, daemon root: \"/data\"",
            Assert.Throws<FaultException>(() => DataRootBinds.Settle([planned[0] with { Mount = planned[0].Mount with { Source = "/data/x" } }], "/data")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_mounts_of_one_place_are_refused()
    {
        var error = Assert.Throws<FaultException>(() => MountPlan.Make(new ContainerConfig(), new HostConfig { Binds = ["/a:/in", "/b:/in"] }, _ => []));
        Assert.Equal("Duplicate mount point: /in", error.Message);
    }

    [Fact]
    public void Ports_are_read_with_ranges_and_addresses()
    {
        var host = new HostConfig
        {
            PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?>
            {
                ["80/tcp"] = [new PortBinding { HostPort = "8080" }, new PortBinding { HostIp = "127.0.0.1", HostPort = "9000-9010" }],
                ["53/udp"] = null,
            },
        };
        Assert.Equal(
        [
            new PortRequest(80, PortProtocol.Tcp, null, 8080, null),
            new PortRequest(80, PortProtocol.Tcp, System.Net.IPAddress.Loopback, 9000, 9010),
            new PortRequest(53, PortProtocol.Udp, null, null, null),
        ], PortPlan.Make(new ContainerConfig(), host));
    }

    [Fact]
    public void Limits_that_cannot_be_are_refused_in_dockers_words()
    {
        var error = Assert.Throws<FaultException>(() => HostConfigDefaults.Complete(new HostConfig { Memory = 1024 }, new DaemonOptions(), false));
        Assert.Equal("Minimum memory limit allowed is 6MB", error.Message);
        Assert.Throws<FaultException>(() => HostConfigDefaults.Complete(new HostConfig { CapAdd = ["NOPE"] }, new DaemonOptions(), false));
        Assert.Throws<FaultException>(() => HostConfigDefaults.Complete(new HostConfig { LogConfig = new LogConfig { Type = "syslog" } }, new DaemonOptions(), false));
    }

    [Theory]
    [InlineData(null, null, 14)]
    [InlineData("NET_ADMIN", null, 15)]
    [InlineData(null, "ALL", 0)]
    [InlineData("CAP_KILL", "all", 1)]
    [InlineData(null, "net_raw", 13)]
    public void Capabilities_are_added_and_dropped(string? add, string? drop, int expected) =>
        Assert.Equal(expected, DefaultCapabilities.Resolve(false, add is null ? null : [add], drop is null ? null : [drop]).Count);
}
