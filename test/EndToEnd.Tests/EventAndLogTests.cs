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
}
