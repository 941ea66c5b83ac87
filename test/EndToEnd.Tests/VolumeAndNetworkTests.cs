using System.Text.Json;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class VolumeAndNetworkTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task A_volume_outlives_its_containers()
    {
        Assert.Equal("data", (await Engine.DockerAsync("volume", "create", "data")).Succeeded().Line);
        (await Engine.DockerAsync("run", "--rm", "-v", "data:/d", "busybox", "sh", "-c", "echo kept > /d/f")).Succeeded();
        Assert.Equal("kept", (await Engine.DockerAsync("run", "--rm", "-v", "data:/d", "busybox", "cat", "/d/f")).Succeeded().Line);
        Assert.Equal("data", (await Engine.DockerAsync("volume", "ls", "-q", "--filter", "name=data")).Succeeded().Line);
        Assert.Equal("local", (await Engine.DockerAsync("volume", "inspect", "--format", "{{.Driver}}", "data")).Succeeded().Line);
        (await Engine.DockerAsync("create", "--name", "holder", "-v", "data:/d", "busybox", "true")).Succeeded();
        Assert.Contains("volume is in use", (await Engine.DockerAsync("volume", "rm", "data")).Exited(1).Error);
        (await Engine.DockerAsync("rm", "holder")).Succeeded();
        (await Engine.DockerAsync("volume", "rm", "data")).Succeeded();
        Assert.Contains("no such volume", (await Engine.DockerAsync("volume", "inspect", "data")).Exited(1).Error);
    }

    [Fact]
    public async Task A_new_volume_is_filled_with_the_images_files() =>
        Assert.Contains("passwd", (await Engine.DockerAsync("run", "--rm", "-v", "filled:/etc", "busybox", "ls", "/etc")).Succeeded().Output);

    [Fact]
    public async Task Anonymous_volumes_go_with_rm_v()
    {
        (await Engine.DockerAsync("create", "--name", "anon", "-v", "/cache", "busybox", "true")).Succeeded();
        string name = await Engine.InspectAsync("anon", "{{(index .Mounts 0).Name}}");
        (await Engine.DockerAsync("rm", "-v", "anon")).Succeeded();
        Assert.DoesNotContain(name, (await Engine.DockerAsync("volume", "ls", "-q")).Succeeded().Output);
    }

    [Fact]
    public async Task The_three_networks_of_every_engine_are_there()
    {
        CommandResult list = (await Engine.DockerAsync("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}")).Succeeded();
        Assert.Equal(["bridge bridge local", "host host local", "none null local"], list.Lines.Order());
    }

    [Fact]
    public async Task Network_inspect_shows_subnet_and_containers()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "on-bridge", "busybox", "sleep", "100")).Succeeded();
        using JsonDocument document = JsonDocument.Parse((await Engine.DockerAsync("network", "inspect", "bridge")).Succeeded().Output);
        JsonElement network = document.RootElement[0];
        Assert.Equal("172.17.0.0/16", network.GetProperty("IPAM").GetProperty("Config")[0].GetProperty("Subnet").GetString());
        Assert.Contains(network.GetProperty("Containers").EnumerateObject(), c => c.Value.GetProperty("Name").GetString() == "on-bridge");
        (await Engine.DockerAsync("rm", "-f", "on-bridge")).Succeeded();
        Assert.Contains("not found", (await Engine.DockerAsync("network", "inspect", "absent")).Exited(1).Error);
    }

    [Fact]
    public async Task A_published_port_answers_on_every_address_and_shows_in_ps()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "web", "-p", "8088:80", "busybox", "httpd", "-f", "-h", "/etc")).Succeeded();
        foreach (string address in (string[])["127.0.0.1", "localhost", "172.17.0.1"])
        {
            CommandResult page = await Engine.Host.RunAsync("curl", "-s", "--retry", "5", "--retry-connrefused", "--retry-delay", "1", $"http://{address}:8088/hostname");
            Assert.Matches("^[0-9a-f]{12}$", page.Succeeded().Line);
        }
        CommandResult throughIp6 = await Engine.Host.RunAsync("curl", "-s", "http://[::1]:8088/hostname");
        Assert.Matches("^[0-9a-f]{12}$", throughIp6.Succeeded().Line);
        Assert.Contains("0.0.0.0:8088->80/tcp", (await Engine.DockerAsync("ps", "--filter", "name=web", "--format", "{{.Ports}}")).Succeeded().Line);
        Assert.Contains("0.0.0.0:8088", (await Engine.DockerAsync("port", "web", "80")).Succeeded().Output);
        Assert.Matches("^[0-9a-f]{12}$", (await Engine.DockerAsync("run", "--rm", "busybox", "wget", "-qO-", "http://172.17.0.1:8088/hostname")).Succeeded().Line);
        (await Engine.DockerAsync("rm", "-f", "web")).Succeeded();
        Assert.NotEqual(0, (await Engine.Host.RunAsync("curl", "-s", "--max-time", "2", "http://127.0.0.1:8088/")).ExitCode);
    }

    [Fact]
    public async Task A_published_port_without_a_number_gets_one()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "any", "-p", "80", "busybox", "httpd", "-f", "-h", "/etc")).Succeeded();
        string port = (await Engine.DockerAsync("port", "any", "80/tcp")).Succeeded().Lines[0].Split(':')[^1];
        Assert.Matches("^[0-9a-f]{12}$", (await Engine.Host.RunAsync("curl", "-s", "--retry", "3", "--retry-connrefused", $"http://127.0.0.1:{port}/hostname")).Succeeded().Line);
        (await Engine.DockerAsync("rm", "-f", "any")).Succeeded();
    }

    [Fact]
    public async Task Containers_reach_the_world_beyond_the_host()
    {
        // A second host behind a veth: what a container sends must arrive with the first host's address.
        string far = (await Engine.Host.ShellAsync("unshare --net sleep 1000 > /dev/null 2>&1 & echo $!; sleep 0.2; ip link add near0 type veth peer name far0 && ip link set far0 netns $! "
            + "&& ip addr add 10.9.0.1/24 dev near0 && ip link set near0 up && nsenter -t $! -n sh -c 'ip addr add 10.9.0.2/24 dev far0 && ip link set far0 up'")).Succeeded().Line;
        CommandResult ping = await Engine.DockerAsync("run", "--rm", "busybox", "ping", "-c1", "-W2", "10.9.0.2");
        Assert.Contains("1 packets received", ping.Succeeded().Output);
        (await Engine.Host.RunAsync("kill", far)).Succeeded();
    }

    [Fact]
    public async Task A_shared_bind_carries_the_containers_mounts_to_the_host()
    {
        string shared = Path.Combine(Engine.Host.Folder, "shared");
        (await Engine.Host.ShellAsync($"mkdir {shared} && mount -t tmpfs tmpfs {shared} && mount --make-shared {shared}")).Succeeded();
        (await Engine.DockerAsync("run", "--rm", "--privileged", "-v", shared + ":/v:rshared", "busybox", "sh", "-ec", "mkdir /v/m; mount -t tmpfs x /v/m; echo in > /v/m/f")).Succeeded();
        Assert.Equal("in", (await Engine.Host.RunAsync("cat", shared + "/m/f")).Succeeded().Line);
        (await Engine.Host.ShellAsync($"umount {shared}/m && umount {shared}")).Succeeded();
    }
}
