using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>`sampan` beside the stock docker CLI on one engine: the same words, the same output.</summary>
public sealed class OwnCliTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    private Task<CommandResult> SampanAsync(params IEnumerable<string> arguments) =>
        Command.RunAsync([Repository.Sampan, .. arguments], null, new Dictionary<string, string> { ["DOCKER_HOST"] = Engine.Address });

    [Fact]
    public async Task It_runs_containers_and_returns_their_exit_code()
    {
        Assert.Equal("hello", (await SampanAsync("run", "--rm", "busybox", "echo", "hello")).Succeeded().Line);
        (await SampanAsync("run", "--rm", "busybox", "sh", "-c", "exit 9")).Exited(9);
        (await SampanAsync("run", "--rm", "busybox", "no-such-program")).Exited(127);
    }

    [Theory]
    [InlineData("ps -a --no-trunc")]
    [InlineData("images")]
    [InlineData("images --format {{.Repository}}:{{.Tag}}")]
    [InlineData("inspect both")]
    [InlineData("logs both")]
    [InlineData("inspect absent")]
    [InlineData("logs absent")]
    [InlineData("rm absent")]
    [InlineData("diff both")]
    [InlineData("diff absent")]
    [InlineData("port both")]
    [InlineData("port alive")]
    [InlineData("port alive 80")]
    [InlineData("port alive 80/udp")]
    [InlineData("port alive 81")]
    [InlineData("update both")]
    [InlineData("update -m 64m both absent")]
    [InlineData("update --restart nonsense both")]
    [InlineData("volume create both --label a=b")]
    [InlineData("volume create -d absent other")]
    [InlineData("volume ls")]
    [InlineData("volume ls --filter dangling=true -q")]
    [InlineData("volume ls --format json")]
    [InlineData("volume inspect both")]
    [InlineData("volume inspect absent")]
    [InlineData("volume rm absent absent2")]
    [InlineData("volume rm -f absent")]
    [InlineData("volume prune -f")]
    [InlineData("network ls")]
    [InlineData("network ls --no-trunc --format json")]
    [InlineData("network ls --filter driver=host -q")]
    [InlineData("network inspect bridge none")]
    [InlineData("network inspect absent")]
    [InlineData("network rm bridge absent")]
    [InlineData("network prune -f")]
    [InlineData("network create --subnet 10.0.0.0/8 --gateway 11.0.0.1 x")]
    [InlineData("network create --subnet 10.0.0.0/8 --subnet 10.1.0.0/16 x")]
    [InlineData("network connect absent both")]
    [InlineData("network disconnect bridge absent")]
    [InlineData("history busybox")]
    [InlineData("history --no-trunc --format json busybox")]
    [InlineData("history -q --human=false busybox")]
    [InlineData("history absent")]
    [InlineData("save absent")]
    [InlineData("export absent")]
    [InlineData("export -o /nonexistent/x both")]
    [InlineData("commit absent")]
    [InlineData("commit both UPPER")]
    [InlineData("import /nonexistent")]
    [InlineData("push absent")]
    [InlineData("push -a busybox:latest")]
    [InlineData("search http://x")]
    [InlineData("search --limit 101 x")]
    [InlineData("image prune -f --filter until=10000h")]
    [InlineData("image prune")]
    [InlineData("system prune")]
    [InlineData("system prune -a --volumes --filter label=a=b")]
    [InlineData("system prune --volumes --filter until=1h")]
    [InlineData("system prune -f --filter until=10000h")]
    [InlineData("system df")]
    [InlineData("system df --format json")]
    [InlineData("login -u x")]
    [InlineData("login -u x --password-stdin 127.0.0.1:1")]
    [InlineData("login --password-stdin")]
    [InlineData("logout example.org")]
    [InlineData("rmi --platform linux/s390x busybox")]
    [InlineData("container prune -f --filter until=10000h")]
    [InlineData("container prune")]
    [InlineData("volume prune -a")]
    [InlineData("stats --no-stream absent")]
    [InlineData("stats --no-stream --all --format {{.Name}}\\t{{.PIDs}}\\t{{.MemPerc}}\\t{{.BlockIO}}\\t{{.CPUPerc}}")]
    public async Task It_prints_what_the_docker_cli_prints(string arguments)
    {
        if ((await Engine.DockerAsync("inspect", "both")).ExitCode != 0)
            (await Engine.DockerAsync("run", "--name", "both", "busybox", "sh", "-c", "echo out; echo err >&2; exit 3")).Exited(3);
        if ((await Engine.DockerAsync("inspect", "alive")).ExitCode != 0)
            (await Engine.DockerAsync("run", "-d", "--name", "alive", "-p", "127.0.0.1:8080:80", "-p", "8081:81/udp", "-m", "64m", "busybox", "sleep", "1000")).Succeeded();
        CommandResult docker = await Engine.DockerAsync(arguments.Split(' ')), sampan = await SampanAsync(arguments.Split(' '));
        // Ages and memory are of the moment: where the two fell on both sides of a change, they are asked again.
        for (int i = 0; i < 5 && docker.Output != sampan.Output; i++)
            (docker, sampan) = (await Engine.DockerAsync(arguments.Split(' ')), await SampanAsync(arguments.Split(' ')));
        Assert.Equal(docker.ExitCode, sampan.ExitCode);
        Assert.Equal(docker.Output, sampan.Output);
        Assert.Equal(docker.Error, sampan.Error);
    }

    [Fact]
    public async Task Called_as_docker_it_behaves_the_same()
    {
        string link = Path.Combine(Engine.Host.Folder, "docker");
        File.CreateSymbolicLink(link, Repository.Sampan);
        CommandResult run = await Command.RunAsync([link, "run", "--rm", "busybox", "echo", "as docker"], null, new Dictionary<string, string> { ["DOCKER_HOST"] = Engine.Address });
        Assert.Equal("as docker", run.Succeeded().Line);
    }

    [Fact]
    public async Task A_login_asks_on_a_terminal_and_does_not_show_the_password()
    {
        var registry = new Registry(Engine.Host, 5001);
        await registry.StartAsync();
        string config = Path.Combine(Engine.Host.Folder, "asked");
        CommandResult login = await Command.RunAsync(Engine.Host.Inside("script", "-qefc", $"{Repository.Sampan} --config {config} -H {Engine.Address} login {registry.Name}", "/dev/null"), "ann\ns3cret\n");
        Assert.Contains("Username: ", login.Succeeded().Output);
        Assert.Contains("Password: \r\n", login.Output);
        Assert.Contains("Login Succeeded", login.Output);
        Assert.Contains("YW5uOnMzY3JldA==", await File.ReadAllTextAsync(Path.Combine(config, "config.json")));
        await registry.DisposeAsync();
    }

    [Fact]
    public async Task It_starts_the_daemon_when_none_listens()
    {
        await using TestHost host = await TestHost.CreateAsync();
        // /run/sampan and /var/lib/sampan of this host alone.
        (await host.ShellAsync("mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/lib")).Succeeded();
        CommandResult images = await Command.RunAsync(host.Inside("env", "-u", "DOCKER_HOST", Repository.Sampan, "images"));
        Assert.StartsWith("REPOSITORY", images.Succeeded().Output);
        (await host.RunAsync("curl", "-sf", "--unix-socket", "/run/sampan/sampan.sock", "http://d/_ping")).Succeeded();
    }

    [Fact]
    public async Task Exec_stop_and_rm_do_their_work()
    {
        string id = (await SampanAsync("run", "-d", "--name", "ours", "busybox", "sleep", "100")).Succeeded().Line;
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal("in", (await SampanAsync("exec", "ours", "echo", "in")).Succeeded().Line);
        Assert.Equal("ours", (await SampanAsync("stop", "-t", "0", "ours")).Succeeded().Line);
        Assert.Equal("ours", (await SampanAsync("rm", "ours")).Succeeded().Line);
    }

    /// <summary>cp(1)'s rules: what the last element becomes when the destination is there, is not, is a folder, is a file. Each case runs with docker's
    /// CLI and with ours, on folders of their own, and the trees they leave are compared.</summary>
    [Theory]
    [InlineData("{c}:/etc/file {l}/new")]
    [InlineData("{c}:/etc/file {l}/dir")]
    [InlineData("{c}:/etc/file {l}/dir/")]
    [InlineData("{c}:/etc/file {l}/old")]
    [InlineData("{c}:/etc/file {l}/absent/")]
    [InlineData("{c}:/etc/file {l}/absent/new")]
    [InlineData("{c}:/tree {l}/new")]
    [InlineData("{c}:/tree {l}/dir")]
    [InlineData("{c}:/tree/. {l}/dir")]
    [InlineData("{c}:/tree/. {l}/new")]
    [InlineData("{c}:/tree {l}/old")]
    [InlineData("{c}:/link {l}/new")]
    [InlineData("-L {c}:/link {l}/new")]
    [InlineData("-L {c}:/link {l}/dir")]
    [InlineData("{c}:/absent {l}/new")]
    [InlineData("{l}/old {c}:/new")]
    [InlineData("{l}/old {c}:/tree")]
    [InlineData("{l}/old {c}:/tree/")]
    [InlineData("{l}/old {c}:/etc/file")]
    [InlineData("{l}/old {c}:/absent/")]
    [InlineData("{l}/old {c}:/absent/new")]
    [InlineData("{l}/dir {c}:/new")]
    [InlineData("{l}/dir {c}:/tree")]
    [InlineData("{l}/dir/. {c}:/tree")]
    [InlineData("{l}/dir/. {c}:/new")]
    [InlineData("{l}/dir {c}:/etc/file")]
    [InlineData("-a {l}/dir {c}:/new")]
    [InlineData("{l}/link {c}:/new")]
    [InlineData("-L {l}/link {c}:/new")]
    [InlineData("-L {l}/link {c}:/tree")]
    [InlineData("{l}/old {c}:/link")]
    [InlineData("{l}/absent {c}:/new")]
    [InlineData("{l}/old absent:/new")]
    [InlineData("{c}:/tree {c}:/new")]
    [InlineData("{l}/old {l}/new")]
    public async Task It_copies_as_the_docker_cli_does(string arguments)
    {
        string docker = await CopyAsync("docker", arguments), sampan = await CopyAsync(Repository.Sampan, arguments);
        Assert.Equal(docker, sampan);
    }

    [Fact]
    public async Task A_copy_can_be_a_tar_on_a_standard_stream()
    {
        (await Engine.DockerAsync("create", "--name", "streamed", "busybox")).Succeeded();
        (await Engine.TypedAsync($"{Repository.Sampan} cp streamed:/etc - | {Repository.Sampan} cp - streamed:/tmp")).Succeeded();
        (await Engine.TypedAsync($"{Repository.Sampan} cp streamed:/tmp/etc/passwd - | tar -xO | grep -q root")).Succeeded();
        (await Engine.DockerAsync("rm", "streamed")).Succeeded();
    }

    /// <returns>What it said, its exit code, and the trees at both ends afterwards.</returns>
    private async Task<string> CopyAsync(string program, string arguments)
    {
        string container = $"copy{Guid.NewGuid():N}"[..16], local = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, container)).FullName;
        (await Command.RunAsync(["sh", "-ec", $"cd {local}; echo old > old; chown 7:8 old; mkdir -p dir/sub; echo in > dir/sub/f; chown -R 5:6 dir; ln -s dir/sub link"])).Succeeded();
        (await Engine.DockerAsync("run", "--name", container, "busybox", "sh", "-ec", "echo file > /etc/file; chown 3:4 /etc/file; mkdir -p /tree/x; echo t > /tree/x/t; ln /tree/x/t /tree/hard; ln -s /tree/x /link")).Succeeded();
        string line = arguments.Replace("{c}", container, StringComparison.Ordinal).Replace("{l}", local, StringComparison.Ordinal);
        CommandResult copy = await Command.RunAsync([program, "cp", .. line.Split(' ')], null, new Dictionary<string, string> { ["DOCKER_HOST"] = Engine.Address });
        CommandResult here = (await Command.RunAsync(["sh", "-ec", $"cd {local}; find . -printf '%P %y %u:%g %l %s\\n' | grep -v '^link\\|^dir ' | sort"])).Succeeded();
        CommandResult there = (await Engine.TypedAsync($"docker export {container} | tar -tv --numeric-owner | grep -E ' (tree|new|link|etc/file|absent)' | awk '{{ $4 = $5 = \"\"; print }}' | sort || true")).Succeeded();
        (await Engine.DockerAsync("rm", "-f", container)).Succeeded();
        // Docker's own tar library logs a line of its own in two cases.
        string said = string.Join('\n', copy.Error.Split('\n').Where(text => !text.StartsWith("time=", StringComparison.Ordinal)));
        return $"{copy.ExitCode}\n{copy.Output}{said}\n{here.Output}\n{there.Output}".Replace(container, "{c}", StringComparison.Ordinal);
    }
}
