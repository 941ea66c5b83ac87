using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class SystemTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task Version_names_client_and_server()
    {
        CommandResult version = (await Engine.DockerAsync("version", "--format", "{{.Server.Os}}/{{.Server.Arch}} {{.Server.KernelVersion}}")).Succeeded();
        CommandResult uname = (await Command.RunAsync(["uname", "-r"])).Succeeded();
        Assert.Equal($"linux/amd64 {uname.Line}", version.Line);
        Assert.Contains("Server", (await Engine.DockerAsync("version")).Succeeded().Output);
    }

    [Fact]
    public async Task Info_tells_what_this_machine_is()
    {
        CommandResult info = (await Engine.DockerAsync("info", "--format", "{{.NCPU}} {{.MemTotal}} {{.OSType}} {{.DockerRootDir}} {{.Images}}")).Succeeded();
        string[] fields = info.Line.Split(' ');
        Assert.Equal(Environment.ProcessorCount.ToString(), fields[0]);
        Assert.True(long.Parse(fields[1]) > 1L << 28);
        Assert.Equal("linux", fields[2]);
        Assert.Equal(Engine.DataRoot, fields[3]);
        Assert.Equal("1", fields[4]);
    }

    [Fact]
    public async Task Info_counts_containers_by_state()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "info-running", "busybox", "sleep", "100")).Succeeded();
        (await Engine.DockerAsync("create", "--name", "info-created", "busybox", "true")).Succeeded();
        CommandResult info = (await Engine.DockerAsync("info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}}")).Succeeded();
        Assert.Equal("2 1 1", info.Line);
        (await Engine.DockerAsync("rm", "-f", "info-running", "info-created")).Succeeded();
    }

    [Fact]
    public async Task A_ping_says_which_api_is_spoken()
    {
        CommandResult ping = (await Command.RunAsync(["curl", "-si", "--unix-socket", Engine.Socket, "http://d/_ping"])).Succeeded();
        Assert.Contains("Api-Version: 1.", ping.Output);
        Assert.EndsWith("OK", ping.Output);
    }

    [Theory]
    [InlineData("v1.24")]
    [InlineData("v1.41")]
    [InlineData("v1.44")]
    public async Task Old_api_versions_are_served(string version)
    {
        CommandResult answer = await Command.RunAsync(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", Engine.Socket, $"http://d/{version}/containers/json"]);
        Assert.Equal("200", answer.Line);
    }

    [Fact]
    public async Task Events_tell_a_containers_life_in_order()
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        (await Engine.DockerAsync("run", "--rm", "--name", "eventful", "busybox", "true")).Succeeded();
        string until = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString();
        CommandResult events = (await Engine.DockerAsync("events", "--since", since, "--until", until,
            "--filter", "container=eventful", "--filter", "type=container", "--format", "{{.Action}}")).Succeeded();
        Assert.Equal(["create", "attach", "start", "die", "destroy"], events.Lines);
    }

    [Fact]
    public async Task A_die_event_carries_the_exit_code()
    {
        string since = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString();
        (await Engine.DockerAsync("run", "--rm", "--name", "dying", "busybox", "sh", "-c", "exit 3")).Exited(3);
        CommandResult events = (await Engine.DockerAsync("events", "--since", since, "--until", (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(),
            "--filter", "container=dying", "--filter", "event=die", "--format", "{{.Actor.Attributes.exitCode}} {{.Actor.Attributes.image}}")).Succeeded();
        Assert.Equal("3 busybox", events.Line);
    }

    [Fact]
    public async Task A_changed_configuration_file_is_taken_over_at_a_hangup_and_a_bad_one_is_not()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"labels": ["rack=1"]}""");
            await using var engine = await Engine.StartAsync(_ => Task.CompletedTask, "--config-file", file);
            const string Shown = "{{json .Labels}} {{.Debug}} {{json .RegistryConfig.Mirrors}} {{(index .RegistryConfig.IndexConfigs \"docker.io\").Mirrors}}";
            Assert.Equal("""["rack=1"] false null []""", (await engine.DockerAsync("info", "--format", Shown)).Succeeded().Line.Replace("[] []", "null []", StringComparison.Ordinal));

            await File.WriteAllTextAsync(file, """{"labels": ["rack=2"], "debug": true, "registry-mirrors": ["https://mirror.example"], "insecure-registries": ["10.9.0.0/16"], "max-concurrent-downloads": 7}""");
            (await Command.RunAsync(["kill", "-HUP", engine.DaemonPid.ToString()])).Succeeded();
            const string After = """["rack=2"] true ["https://mirror.example/"] [https://mirror.example/]""";
            await Eventually.TrueAsync(async () => (await engine.DockerAsync("info", "--format", Shown)).Line == After);
            CommandResult events = (await engine.DockerAsync("events", "--since", "0", "--until", (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1).ToString(), "--filter", "type=daemon", "--format", "{{.Action}} {{index .Actor.Attributes \"max-concurrent-downloads\"}} {{index .Actor.Attributes \"insecure-registries\"}}")).Succeeded();
            Assert.Equal("""reload 7 ["10.9.0.0/16"]""", events.Line);

            await File.WriteAllTextAsync(file, """{"labels": ["rack=3"], "no-such-directive": true}""");
            (await Command.RunAsync(["kill", "-HUP", engine.DaemonPid.ToString()])).Succeeded();
            await Eventually.TrueAsync(() => Task.FromResult(engine.Log.Contains("cannot reload the configuration", StringComparison.Ordinal)));
            Assert.Contains("no-such-directive", engine.Log);
            Assert.Equal(After, (await engine.DockerAsync("info", "--format", Shown)).Succeeded().Line);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>SPECIFICATION: idle daemon. Proportional set size counts a page that n processes share as 1/n.</summary>
    [Fact]
    public async Task A_daemon_that_worked_and_rests_takes_at_most_25_megabytes()
    {
        for (int i = 0; i < 5; i++) (await Engine.DockerAsync("run", "--rm", "busybox", "true")).Succeeded();
        using var time = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await DaemonPssAsync() > 25_000_000 / 1024) await Task.Delay(100, time.Token);
        (await Engine.DockerAsync("run", "--rm", "busybox", "true")).Succeeded();
    }

    private async Task<int> DaemonPssAsync() =>
        int.Parse((await Command.RunAsync(["awk", "/^Pss:/ { print $2 }", $"/proc/{Engine.DaemonPid}/smaps_rollup"])).Line, System.Globalization.CultureInfo.InvariantCulture);
}
