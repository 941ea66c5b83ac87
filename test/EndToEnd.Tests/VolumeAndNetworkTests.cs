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
    public async Task Volumes_from_another_container_go_with_the_last_that_has_them_unless_they_are_named()
    {
        (await Engine.DockerAsync("create", "--name", "parent", "-v", "keptname:/kept", "-v", "/gone", "busybox", "true")).Succeeded();
        (await Engine.DockerAsync("create", "--name", "child", "--volumes-from", "parent", "busybox", "true")).Succeeded();
        string anonymous = await Engine.InspectAsync("child", "{{range .Mounts}}{{if eq .Destination \"/gone\"}}{{.Name}}{{end}}{{end}}");
        (await Engine.DockerAsync("rm", "-v", "parent")).Succeeded();
        Assert.Contains(anonymous, (await Engine.DockerAsync("volume", "ls", "-q")).Succeeded().Lines);
        (await Engine.DockerAsync("rm", "-v", "child")).Succeeded();
        string[] left = (await Engine.DockerAsync("volume", "ls", "-q")).Succeeded().Lines;
        Assert.DoesNotContain(anonymous, left);
        Assert.Contains("keptname", left);
    }

    [Fact]
    public async Task A_volume_on_etc_does_not_hide_the_files_of_the_engine() =>
        Assert.Equal("nameserver 127.0.0.1", (await Engine.TypedAsync("docker run --rm --dns 127.0.0.1 -v /etc busybox grep nameserver /etc/resolv.conf")).Succeeded().Line);

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

    [Fact]
    public async Task A_part_of_a_volume_is_mounted_and_no_link_leads_out_of_it()
    {
        (await Engine.DockerAsync("run", "--rm", "-v", "parts:/v", "busybox", "sh", "-c",
            "mkdir /v/sub /v/links; echo world > /v/sub/hello; echo foo > /v/file; ln -s / /v/links/root; ln -s ../sub /v/links/good")).Succeeded();
        Task<CommandResult> Show(string subpath) => Engine.DockerAsync("run", "--rm", "--mount", $"type=volume,src=parts,dst=/p,volume-subpath={subpath}", "busybox", "sh", "-c", "cat /p/hello || cat /p");
        Assert.Equal("world", (await Show("sub")).Succeeded().Line);
        Assert.Equal("world", (await Show("links/good")).Succeeded().Line);
        Assert.Equal("foo", (await Show("file")).Succeeded().Line);
        Assert.Contains("subpath must be a relative path within the volume", (await Show("../../etc")).Exited(125).Error);
        Assert.Contains("path concatenation escapes the base directory", (await Show("links/root")).Exited(125).Error);
        Assert.Contains("cannot access path", (await Show("absent")).Exited(127).Error);
        (await Engine.DockerAsync("volume", "rm", "parts")).Succeeded();
    }

    [Fact]
    public async Task A_read_only_bind_is_read_only_all_the_way_down_unless_told_otherwise()
    {
        string outer = Path.Combine(Engine.Host.Folder, "outer");
        (await Engine.Host.ShellAsync($"mkdir -p {outer}/inner && mount -t tmpfs tmpfs {outer}/inner")).Succeeded();
        Assert.Contains("Read-only file system", (await Engine.DockerAsync("run", "--rm", "-v", outer + ":/v:ro", "busybox", "touch", "/v/inner/f")).Exited(1).Error);
        (await Engine.DockerAsync("run", "--rm", "--mount", $"type=bind,src={outer},dst=/v,readonly,bind-recursive=writable", "busybox", "touch", "/v/inner/f")).Succeeded();
        (await Engine.Host.ShellAsync($"umount {outer}/inner")).Succeeded();
    }

    [Theory]
    [InlineData("-v /tmp:/x:ro,rw", "invalid mode: ro,rw")]
    [InlineData("--mount type=bind,src=/tmp,dst=/x,bind-propagation=sideways", "invalid propagation mode: sideways")]
    [InlineData("--mount type=tmpfs,dst=x", "invalid mount config for type \"tmpfs\": invalid mount path: 'x' mount path must be absolute")]
    public async Task A_mount_that_contradicts_itself_is_refused_in_dockers_words(string mount, string message) =>
        Assert.Contains(message, (await Engine.TypedAsync($"docker run --rm {mount} busybox true")).Exited(125).Error);
}
