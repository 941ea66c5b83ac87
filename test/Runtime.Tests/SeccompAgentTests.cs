using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Sampan.Runtime.Tests;

/// <summary>SCMP_ACT_NOTIFY: the state and the descriptor arrive at the agent's socket before the program runs.</summary>
public sealed class SeccompAgentTests : IDisposable
{
    private const string Profile = """{"defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"hello","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_NOTIFY"}]}""";
    private readonly RuntimeProgramHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_agent_hears_of_the_container_and_of_an_exec_with_its_metadata_pid_and_state()
    {
        using Socket agent = Listen();
        _host.StartSleeper(bundle =>
        {
            bundle.Linux["seccomp"] = JsonNode.Parse(Profile);
            bundle.Linux["seccomp"]!["listenerPath"] = Path;
            bundle.Config["annotations"] = new JsonObject { ["key"] = "value" };
        });
        JsonNode heard = Receive(agent);
        JsonNode state = JsonNode.Parse(_host.Run("state", _host.Id).Output)!;
        Assert.Equal("""["seccompFd"]""", heard["fds"]!.ToJsonString());
        Assert.Equal("hello", (string)heard["metadata"]!);
        Assert.Equal((int)state["pid"]!, (int)heard["pid"]!);
        Assert.Equal(_host.Id, (string)heard["state"]!["id"]!);
        Assert.Equal("value", (string)heard["state"]!["annotations"]!["key"]!);

        Assert.Equal("2\n", RuntimeProgramHost.Succeed(_host.Run("exec", _host.Id, "sh", "-c", "grep ^Seccomp: /proc/self/status | head -c 10 | tail -c 1; echo")));
        Assert.NotEqual((int)state["pid"]!, (int)Receive(agent)["pid"]!);
    }

    [Fact]
    public void Without_somebody_who_answers_the_container_does_not_start()
    {
        Assert.Contains("set linux.seccomp.listenerPath", _host.RunScript("true", bundle => bundle.Linux["seccomp"] = JsonNode.Parse(Profile)).Error);
        Outcome outcome = _host.RunScript("true", bundle =>
        {
            bundle.Linux["seccomp"] = JsonNode.Parse(Profile);
            bundle.Linux["seccomp"]!["listenerPath"] = Path;
        });
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains("failed to connect with seccomp agent", outcome.Error);
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "cannot be used as default action")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}""", "cannot be used for the write syscall")]
    public void A_profile_that_would_hang_the_start_is_refused(string profile, string problem)
        => Assert.Contains(problem, _host.RunScript("true", bundle => bundle.Linux["seccomp"] = JsonNode.Parse(profile)).Error);

    private string Path => $"{_host.Folder}/agent.sock";

    private Socket Listen()
    {
        Socket agent = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        agent.Bind(new UnixDomainSocketEndPoint(Path));
        agent.Listen();
        return agent;
    }

    private static JsonNode Receive(Socket agent)
    {
        using Socket connection = agent.Accept();
        byte[] buffer = new byte[4096];
        int length = 0, got;
        while ((got = connection.Receive(buffer, length, buffer.Length - length, SocketFlags.None)) > 0) length += got;
        return JsonNode.Parse(buffer.AsSpan(0, length))!;
    }
}
