using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Debian's own programs in a Debian image.</summary>
public sealed class RealProgramTests : IAsyncLifetime
{
    private Engine _engine = null!;

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        await _engine.LoadAsync("debian");
    }

    public async Task DisposeAsync() => await _engine.DisposeAsync();

    [Fact]
    public async Task Nginx_serves_on_a_published_port_and_stops_on_quit()
    {
        (await _engine.DockerAsync("run", "-d", "--name", "nginx", "-p", "8080:80", "--stop-signal", "SIGQUIT", "debian", "nginx", "-g", "daemon off;")).Succeeded();
        CommandResult page = await _engine.Host.RunAsync("curl", "-s", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "http://127.0.0.1:8080/");
        Assert.Contains("Welcome to nginx!", page.Succeeded().Output);
        (await _engine.DockerAsync("stop", "nginx")).Succeeded();
        Assert.Equal("0", await _engine.InspectAsync("nginx", "{{.State.ExitCode}}"));
    }

    [Fact]
    public async Task Redis_answers_through_exec_and_through_its_port()
    {
        (await _engine.DockerAsync("run", "-d", "--name", "redis", "-p", "6380:6379", "-v", "redis-data:/data", "-w", "/data", "debian", "redis-server", "--protected-mode", "no", "--bind", "0.0.0.0")).Succeeded();
        await Eventually.TrueAsync(async () => (await _engine.DockerAsync("exec", "redis", "redis-cli", "ping")).Line == "PONG");
        Assert.Equal("OK", (await _engine.DockerAsync("exec", "redis", "redis-cli", "set", "k", "v")).Succeeded().Line);
        CommandResult get = await _engine.Host.ShellAsync("printf 'GET k\\r\\n' | timeout 3 socat -t 1 - TCP:127.0.0.1:6380");
        Assert.Equal("$1\r\nv", get.Succeeded().Output.TrimEnd());
        (await _engine.DockerAsync("exec", "redis", "redis-cli", "save")).Succeeded();
        (await _engine.DockerAsync("restart", "-t", "5", "redis")).Succeeded();
        await Eventually.TrueAsync(async () => (await _engine.DockerAsync("exec", "redis", "redis-cli", "ping")).Line == "PONG");
        Assert.Equal("v", (await _engine.DockerAsync("exec", "redis", "redis-cli", "get", "k")).Succeeded().Line);
    }

    [Fact]
    public async Task Bash_and_dpkg_work_as_on_a_debian_machine()
    {
        Assert.StartsWith("12", (await _engine.DockerAsync("run", "--rm", "debian", "cat", "/etc/debian_version")).Succeeded().Line);
        Assert.Contains("nginx-light", (await _engine.DockerAsync("run", "--rm", "debian", "bash", "-c", "dpkg -l | awk '{print $2}'")).Succeeded().Lines);
        Assert.Contains("ps aux", (await _engine.DockerAsync("run", "--rm", "debian", "ps", "aux")).Succeeded().Output);
    }
}
