using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

public sealed class HookTests : IDisposable
{
    private static readonly string[] Moments = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_poststart_hook_that_fails_ends_the_container_and_a_poststop_hook_that_fails_is_told()
    {
        Bundle bundle = new(_host);
        bundle.Process["args"] = new JsonArray("sleep", "1000");
        JsonArray failing() => [new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", "exit 3") }];
        bundle.Config["hooks"] = new JsonObject { ["poststart"] = failing(), ["poststop"] = failing() };
        RuntimeProgramHost.Succeed(_host.Run("create", "-b", bundle.Write(), _host.Id));
        Assert.Contains("error running poststart hook #0: error running hook #0: exit status 3", _host.Run("start", _host.Id).Error);
        Assert.Equal("stopped", (string)JsonNode.Parse(_host.Run("state", _host.Id).Output)!["status"]!);
        Outcome deleted = _host.Run("delete", _host.Id);
        Assert.Contains("level=warning msg=\"error running poststop hook #0: error running hook #0: exit status 3", deleted.Error);
        Assert.Equal(0, deleted.ExitCode);
    }

    [Theory]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void What_a_failing_hook_of_the_containers_namespaces_wrote_is_told(string moment)
    {
        Outcome outcome = _host.RunScript("true", bundle => bundle.Config["hooks"] = new JsonObject
        {
            [moment] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", "echo the reason >&2; exit 5") }),
        });
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains($"error running {moment} hook #0: error running hook #0: exit status 5, stdout: , stderr: the reason", outcome.Error);
    }

    [Fact]
    public void A_start_hook_without_an_environment_has_the_programs_and_runs_under_its_filter()
    {
        Outcome outcome = _host.RunScript("true", bundle =>
        {
            bundle.Process["env"] = new JsonArray("PATH=/bin", "ONE=two");
            bundle.Linux["seccomp"] = JsonNode.Parse("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_KILL_PROCESS"}]}""");
            bundle.Config["hooks"] = new JsonObject
            {
                ["startContainer"] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", "echo $ONE >&2; exec mkdir /dev/shm/x") }),
            };
        });
        Assert.Contains("signal: bad system call, stdout: , stderr: two", outcome.Error);
    }

    [Fact]
    public void All_six_run_in_their_order_and_place_with_the_state_on_standard_input()
    {
        string log = $"{_host.Folder}/log";
        Bundle bundle = new(_host);
        bundle.Mount("/mnt", "bind", _host.Folder, "bind");
        JsonObject hooks = [];
        foreach (string moment in Moments)
        {
            // Only startContainer's path and files are the container's.
            string target = moment == "startContainer" ? "/mnt/log" : log;
            hooks[moment] = new JsonArray(new JsonObject
            {
                ["path"] = "/bin/sh",
                ["args"] = new JsonArray("sh", "-c", $"read -r state; echo \"$NAME $(hostname) $state\" >> {target}"),
                ["env"] = new JsonArray($"NAME={moment}", "PATH=/bin:/usr/bin"),
            });
        }
        bundle.Config["hooks"] = hooks;
        bundle.Config["hostname"] = "inside";
        bundle.Process["args"] = new JsonArray("sh", "-c", "echo program >> /mnt/log");
        RuntimeProgramHost.Succeed(_host.Run("run", "-b", bundle.Write(), _host.Id));

        string[][] lines = [.. File.ReadAllLines(log).Select(line => line.Split(' ', 3))];
        Assert.Equal(Moments.Order(), lines.Select(line => line[0]).Where(name => name != "program").Order());
        Assert.Equal(Moments[..4], lines.Select(line => line[0]).Take(4));
        Assert.Equal("poststop", lines[^1][0]);
        foreach (string[] line in lines.Where(line => line[0] != "program"))
        {
            JsonNode state = JsonNode.Parse(line[2])!;
            Assert.Equal(_host.Id, (string)state["id"]!);
            Assert.Equal(line[0] switch { "startContainer" => "created", "poststart" => null, "poststop" => "stopped", _ => "creating" } ?? (string)state["status"]!, (string)state["status"]!);
            Assert.Equal(line[0] is "createContainer" or "startContainer", line[1] == "inside");
        }
    }

    [Theory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void A_hook_that_fails_stops_the_container_and_leaves_nothing(string moment)
    {
        Outcome outcome = _host.RunScript("echo ran", bundle => bundle.Config["hooks"] = new JsonObject
        {
            [moment] = new JsonArray(new JsonObject { ["path"] = "/bin/sh", ["args"] = new JsonArray("sh", "-c", "echo because >&2; exit 3") }),
        });
        Assert.Equal(1, outcome.ExitCode);
        Assert.DoesNotContain("ran", outcome.Output);
        Assert.Contains($"error running {moment} hook #0", outcome.Error);
        if (moment == "createRuntime") Assert.Contains("exit status 3, stdout: , stderr: because", outcome.Error);
    }

    [Theory]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    public void A_hook_that_takes_too_long_is_ended(string moment)
    {
        Outcome outcome = _host.RunScript("true", bundle => bundle.Config["hooks"] = new JsonObject
        {
            [moment] = new JsonArray(new JsonObject { ["path"] = "/bin/sleep", ["args"] = new JsonArray("sleep", "1000"), ["timeout"] = 1 }),
        });
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($"error running {moment} hook #0", outcome.Error);
    }
}
