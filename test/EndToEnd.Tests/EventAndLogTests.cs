using System.Text.Json;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>What the engine tells of what happened.</summary>
public sealed class EventAndLogTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task Events_until_a_time_that_is_over_end_at_once()
    {
        (await Engine.TypedAsync("docker run -d --name told busybox sleep 100 && docker exec told true && docker top told && docker rm -f told")).Succeeded();
        CommandResult events = (await Engine.TypedAsync("docker events --since 0 --until 0 --filter container=told --format '{{.Action}}|'")).Succeeded();
        string[] actions = events.Output.Replace("\n", "").Split('|', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["create", "start", "exec_create: true ", "exec_start: true ", "exec_die", "top", "kill", "die", "destroy"], actions);
    }

    [Fact]
    public async Task Log_details_stand_before_each_line()
    {
        (await Engine.TypedAsync("docker run --name detailed busybox sh -c 'echo a; echo b >&2'")).Succeeded();
        CommandResult logs = (await Engine.DockerAsync("logs", "--details", "detailed")).Succeeded();
        Assert.Equal((" a\n", " b\n"), (logs.Output, logs.Error));
        Assert.Matches(@"^\d{4}-\S+Z  a$", (await Engine.TypedAsync("docker logs --details -t detailed 2>/dev/null")).Succeeded().Line);
        await Engine.DockerAsync("rm", "detailed");
    }

    [Fact]
    public async Task System_df_counts_the_containers_of_an_image()
    {
        (await Engine.DockerAsync("create", "--name", "counted", "busybox")).Succeeded();
        using JsonDocument df = JsonDocument.Parse((await Command.RunAsync(["curl", "-s", "--unix-socket", Engine.Socket, "http://d/v1.50/system/df"])).Succeeded().Output);
        Assert.Equal(1, df.RootElement.GetProperty("Images")[0].GetProperty("Containers").GetInt32());
        await Engine.DockerAsync("rm", "counted");
    }

    [Fact]
    public async Task A_health_check_is_run_and_says_what_it_found()
    {
        (await Engine.TypedAsync("docker run -d --name healthy --health-cmd 'test -e /well' --health-interval 100ms --health-retries 2 busybox sleep 100")).Succeeded();
        await Eventually.TrueAsync(async () => await Engine.InspectAsync("healthy", "{{.State.Health.Status}}") == "unhealthy");
        (await Engine.DockerAsync("exec", "healthy", "touch", "/well")).Succeeded();
        await Eventually.TrueAsync(async () => await Engine.InspectAsync("healthy", "{{.State.Health.Status}}") == "healthy");
        Assert.Equal("healthy", (await Engine.DockerAsync("ps", "--filter", "health=healthy", "--format", "{{.Names}}")).Succeeded().Line);
        (await Engine.DockerAsync("kill", "healthy")).Succeeded();
        Assert.Equal("unhealthy", await Engine.InspectAsync("healthy", "{{.State.Health.Status}}"));
        await Engine.DockerAsync("rm", "healthy");
    }

    [Fact]
    public async Task A_health_check_that_hangs_is_ended_after_its_timeout()
    {
        (await Engine.TypedAsync("docker run -d --name hung --health-cmd 'echo begun; sleep 60' --health-interval 50ms --health-timeout 200ms --health-retries 1 busybox sleep 100")).Succeeded();
        await Eventually.TrueAsync(async () => await Engine.InspectAsync("hung", "{{.State.Health.Status}}") == "unhealthy");
        Assert.Equal("Health check exceeded timeout (200ms): begun", await Engine.InspectAsync("hung", "{{(index .State.Health.Log 0).Output}}"));
        await Engine.DockerAsync("rm", "-f", "hung");
    }

    [Fact]
    public async Task The_oom_event_comes_when_the_killer_strikes()
    {
        (await Engine.TypedAsync("docker run -d --name struck -m 20m --memory-swap 20m busybox sh -c 'tail /dev/zero; sleep 1000'")).Succeeded();
        await Eventually.TrueAsync(async () => (await Engine.InspectAsync("struck", "{{.State.OOMKilled}}")) == "true");
        Assert.Equal("running", await Engine.InspectAsync("struck", "{{.State.Status}}"));
        Assert.Equal("oom", (await Engine.TypedAsync("docker events --since 0 --until 0 --filter container=struck --filter event=oom --format '{{.Action}}'")).Succeeded().Line);
        (await Engine.DockerAsync("rm", "-f", "struck")).Succeeded();
    }

    [Fact]
    public async Task A_container_that_is_stuck_for_memory_and_not_killed_says_so()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "stuck", "--oom-kill-disable", "-m", "10m", "busybox", "sh", "-c", "x=a; while true; do x=$x$x$x$x; done")).Succeeded();
        await Eventually.TrueAsync(async () => (await Engine.TypedAsync("docker events --since 0 --until 0 --filter container=stuck --filter event=oom --format '{{.Action}}'")).Output.StartsWith("oom", StringComparison.Ordinal));
        Assert.Equal("running", await Engine.InspectAsync("stuck", "{{.State.Status}}"));
        (await Engine.DockerAsync("rm", "-f", "stuck")).Succeeded();
    }

    [Fact]
    public async Task Labels_variables_and_a_tag_are_the_details_of_a_log()
    {
        (await Engine.TypedAsync("docker run --name tagged --log-opt labels=a --log-opt env-regex='^E' --log-opt tag='x-{{.Name}}' --label a=b -e E1='f g' busybox echo hi")).Succeeded();
        Assert.Equal("E1=f+g,a=b,tag=x-tagged hi", (await Engine.DockerAsync("logs", "--details", "tagged")).Succeeded().Line);
        (await Engine.DockerAsync("rm", "tagged")).Succeeded();
    }

    [Theory]
    [InlineData("--log-driver local --log-opt max-size=4k --log-opt max-file=4")]
    [InlineData("--log-opt max-size=4k --log-opt max-file=4 --log-opt compress=true")]
    public async Task A_rotated_and_compressed_log_is_read_and_followed_without_a_gap(string options)
    {
        (await Engine.TypedAsync($"docker run -d --name rolled {options} busybox sh -c 'i=0; while [ $i -lt 120 ]; do echo line $i; i=$((i+1)); sleep 0.01; done; sleep 2'")).Succeeded();
        string[] followed = (await Engine.TypedAsync("docker logs -f rolled")).Succeeded().Lines;
        Assert.Equal(Enumerable.Range(0, 120).Select(i => $"line {i}"), followed.Where(line => line.Length > 0));
        string[] read = [.. (await Engine.DockerAsync("logs", "rolled")).Succeeded().Lines.Where(line => line.Length > 0)];
        Assert.Equal(Enumerable.Range(120 - read.Length, read.Length).Select(i => $"line {i}"), read);
        Assert.InRange(read.Length, 41, 120);   // more than the newest file holds: the compressed ones are read too
        (await Engine.DockerAsync("rm", "-f", "rolled")).Succeeded();
    }
}
