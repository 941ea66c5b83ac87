using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>dockerd's flags: those that mean something here, those that change nothing, those that are refused.</summary>
public sealed class DaemonFlagTests
{
    private static Task<CommandResult> ValidateAsync(string flags) => Command.RunAsync(["sh", "-c", $"{Repository.Sampan} daemon --validate {flags}"]);

    [Theory]
    [InlineData("-H fd:// --containerd=/run/containerd/containerd.sock")] // as Docker's packages start it
    [InlineData("--iptables --userland-proxy=false --exec-opt native.cgroupdriver=cgroupfs --log-level warn --group 0 --init --no-new-privileges")]
    [InlineData("--tls=false --selinux-enabled=false --experimental=false --default-runtime runc --shutdown-timeout 15 -l debug -G root")]
    public async Task What_dockerd_is_started_with_is_understood(string flags) => Assert.Equal("configuration OK", (await ValidateAsync(flags)).Succeeded().Line);

    [Theory]
    [InlineData("--userns-remap default", "not supported by this engine: --userns-remap: ")]
    [InlineData("--tlsverify", "not supported by this engine: --tlsverify: ")]
    [InlineData("--iptables=false", "not supported by this engine: --iptables=false: ")]
    [InlineData("--exec-opt native.cgroupdriver=systemd", "not supported by this engine: --exec-opt native.cgroupdriver=systemd: ")]
    [InlineData("--authorization-plugin=x", "not supported by this engine: --authorization-plugin: ")]
    [InlineData("--log-level loud", "invalid argument \"loud\" for \"--log-level\" flag: ")]
    [InlineData("--no-such-flag x", "unknown flag: --no-such-flag")]
    public async Task What_it_asks_for_and_is_not_there_is_refused_by_name(string flags, string message) =>
        Assert.StartsWith(message, (await ValidateAsync(flags)).Exited(125).Error, StringComparison.Ordinal);

    [Fact]
    public async Task Defaults_of_the_daemon_reach_containers_and_what_changes_nothing_is_logged()
    {
        await using var engine = await Engine.StartAsync(_ => Task.CompletedTask, "--init", "--no-new-privileges", "--userland-proxy=false");
        await engine.LoadBusyboxAsync();
        Assert.Contains("--userland-proxy changes nothing: ", engine.Log);
        string seen = (await engine.DockerAsync("run", "--rm", "busybox", "sh", "-c", "cat /proc/1/comm; grep NoNewPrivs /proc/self/status")).Succeeded().Output;
        Assert.Contains("init", seen);
        Assert.Contains("NoNewPrivs:\t1", seen);
        Assert.Contains("NoNewPrivs:\t0", (await engine.DockerAsync("run", "--rm", "--security-opt", "no-new-privileges=false", "busybox", "grep", "NoNewPrivs", "/proc/self/status")).Succeeded().Output);
    }

    [Fact]
    public async Task A_socket_that_a_service_manager_listens_on_is_served()
    {
        await using var host = await TestHost.CreateAsync();
        string socket = Path.Combine(host.Folder, "activated.sock");
        // perl(1) is on every Debian: it listens, and hands the socket over as descriptor 3.
        string listen = $$"""use Socket; use POSIX (); $^F = 9; socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, sockaddr_un("{{socket}}")) or die; listen($s, 16); POSIX::dup2(fileno($s), 3); $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = 1; exec @ARGV;""";
        using var daemon = Command.Start(host.Inside("perl", "-e", listen, Repository.Sampan, "daemon", "-H", "fd://", "--data-root", host.Folder + "/data", "--exec-root", host.Folder + "/exec"));
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(socket)));
        Assert.Equal("OK", (await Command.RunAsync(["curl", "-s", "--max-time", "20", "--unix-socket", socket, "http://d/_ping"])).Succeeded().Output);
        daemon.Kill(entireProcessTree: true);
        await daemon.WaitForExitAsync();
    }
}
