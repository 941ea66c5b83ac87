using System.Text;
using Sampan.Cli.Tests.Client;

namespace Sampan.Cli.Tests;

/// <summary>Commands from their words to what they print, over a real socket.</summary>
public sealed class CommandTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task A_missing_image_is_pulled_and_the_container_made_with_plain_progress_on_stderr()
    {
        int creates = 0;
        await using var engine = new ScriptedEngine(async (head, connection) =>
        {
            string answer = head.Contains("/_ping", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nOK"
                : head.Contains("/images/create", StringComparison.Ordinal)
                    ? ScriptedEngine.Chunked("{\"status\":\"Pulling from library/busybox\",\"id\":\"latest\"}\r\n{\"status\":\"Status: Downloaded newer image for busybox:latest\"}\r\n")
                : creates++ == 0 ? ScriptedEngine.Json("404 Not Found", "{\"message\":\"No such image: busybox:latest\"}")
                : ScriptedEngine.Json("201 Created", $"{{\"Id\":\"{Id}\",\"Warnings\":[\"no swap\"]}}");
            await connection.WriteAsync(Encoding.UTF8.GetBytes(answer));
            return true;
        });

        var result = await CommandLine.RunAsync(["create", "busybox"], engine.Host);

        Assert.Equal(new CommandLine.Result(0, Id + "\n", "Unable to find image 'busybox:latest' locally\nlatest: Pulling from library/busybox\n"
            + "Status: Downloaded newer image for busybox:latest\nWARNING: no swap\n"), result);
        Assert.Contains("POST /v1.51/images/create?fromImage=busybox&tag=latest HTTP/1.1", engine.Requests);
    }

    [Theory]
    [InlineData("failed to create task: exec: \\\"nosuch\\\": executable file not found in $PATH", 127)]
    [InlineData("failed to create task: exec: \\\"/etc\\\": permission denied", 126)]
    [InlineData("port is already allocated", 125)]
    public async Task A_start_that_fails_tells_whose_fault_it_was(string message, int exitCode)
    {
        await using var engine = ScriptedEngine.Of(
            ("POST /containers/create", ScriptedEngine.Json("201 Created", $"{{\"Id\":\"{Id}\",\"Warnings\":[]}}")),
            ($"POST /containers/{Id}/start", ScriptedEngine.Json("400 Bad Request", $"{{\"message\":\"{message}\"}}")));

        var result = await CommandLine.RunAsync(["run", "-d", "busybox", "nosuch"], engine.Host);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal($"docker: Error response from daemon: {message.Replace("\\\"", "\"", StringComparison.Ordinal)}\n\nRun 'docker run --help' for more information\n", result.Error);
    }

    [Fact]
    public async Task Run_gives_the_containers_streams_and_its_exit_code()
    {
        await using var engine = new ScriptedEngine(async (head, connection) =>
        {
            if (head.Contains("/attach?", StringComparison.Ordinal))
            {
                byte[] frames = [1, 0, 0, 0, 0, 0, 0, 4, .. "out\n"u8, 2, 0, 0, 0, 0, 0, 0, 4, .. "err\n"u8];
                await connection.WriteAsync((byte[])[.. "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8, .. frames]);
                return false;
            }
            string answer = head.Contains("/_ping", StringComparison.Ordinal) ? "HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Length: 2\r\n\r\nOK"
                : head.Contains("/containers/create", StringComparison.Ordinal) ? ScriptedEngine.Json("201 Created", $"{{\"Id\":\"{Id}\",\"Warnings\":[]}}")
                : head.Contains("/wait", StringComparison.Ordinal) ? ScriptedEngine.Json("200 OK", "{\"StatusCode\":42}")
                : "HTTP/1.1 204 No Content\r\n\r\n";
            await connection.WriteAsync(Encoding.UTF8.GetBytes(answer));
            return true;
        });

        var result = await CommandLine.RunAsync(["run", "--rm", "busybox", "sh", "-c", "exit 42"], engine.Host);

        Assert.Equal(new CommandLine.Result(42, "out\n", "err\n"), result);
        Assert.Contains($"POST /v1.51/containers/{Id}/wait?condition=removed HTTP/1.1", engine.Requests);
    }

    [Fact]
    public async Task Each_container_named_is_acted_on_and_a_failure_of_one_is_told_after_the_others_worked()
    {
        await using var engine = ScriptedEngine.Of(
            ("POST /containers/a/stop", "HTTP/1.1 204 No Content\r\n\r\n"),
            ("POST /containers/b/stop", ScriptedEngine.Json("404 Not Found", "{\"message\":\"No such container: b\"}")),
            ("POST /containers/c/stop", "HTTP/1.1 304 Not Modified\r\n\r\n"));

        var result = await CommandLine.RunAsync(["stop", "-t", "3", "a", "b", "c"], engine.Host);

        Assert.Equal(new CommandLine.Result(1, "a\nc\n", "Error response from daemon: No such container: b\n"), result);
    }

    [Fact]
    public async Task Inspect_looks_through_the_kinds_and_keeps_the_engines_document()
    {
        await using var engine = ScriptedEngine.Of(("GET /images/x/json", ScriptedEngine.Json("200 OK", "{\"Id\":\"sha256:1\",\"Unknown\":[{}]}")));

        var found = await CommandLine.RunAsync(["inspect", "x"], engine.Host);
        var formatted = await CommandLine.RunAsync(["inspect", "-f", "{{.ID}} {{json .Unknown}}", "x"], engine.Host);
        var absent = await CommandLine.RunAsync(["inspect", "y"], engine.Host);

        Assert.Equal("[\n    {\n        \"Id\": \"sha256:1\",\n        \"Unknown\": [\n            {}\n        ]\n    }\n]\n", found.Out);
        Assert.Equal("sha256:1 [{}]\n", formatted.Out);
        Assert.Equal(new CommandLine.Result(1, "[]\n", "Error: No such object: y\n"), absent);
    }

    [Fact]
    public async Task Images_are_listed_by_each_of_their_names()
    {
        await using var engine = ScriptedEngine.Of(("GET /images/json", ScriptedEngine.Json("200 OK",
            "[{\"Id\":\"sha256:aaaaaaaaaaaaaaaa\",\"Created\":0,\"Size\":4260000,\"RepoTags\":[\"busybox:latest\",\"localhost:5000/box:1\"],\"RepoDigests\":[\"busybox@sha256:"
            + new string('b', 64) + "\"]},{\"Id\":\"sha256:cccccccccccccccc\",\"Created\":0,\"Size\":1,\"RepoTags\":[],\"RepoDigests\":[]}]")));

        var result = await CommandLine.RunAsync(["images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}"], engine.Host);

        Assert.Equal("busybox:latest aaaaaaaaaaaa 4.26MB\nlocalhost:5000/box:1 aaaaaaaaaaaa 4.26MB\n<none>:<none> cccccccccccc 1B\n", result.Out);
    }
}
