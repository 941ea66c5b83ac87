using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Every wrong request gets a clear answer, and the engine is as before.</summary>
public sealed class BadInputTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    private async Task<(string Status, string Body)> PostAsync(string path, string body)
    {
        CommandResult answer = await Command.RunAsync(["curl", "-s", "-w", "\n%{http_code}", "--unix-socket", Engine.Socket, "-H", "Content-Type: application/json", "-d", body, $"http://d{path}"]);
        string[] parts = answer.Succeeded().Output.Split('\n');
        return (parts[^1], string.Join('\n', parts[..^1]));
    }

    [Theory]
    [InlineData("{", "400")]
    [InlineData("", "400")]
    [InlineData("[]", "400")]
    [InlineData("{\"Image\": 5}", "400")]
    public async Task Malformed_json_is_answered_with_400(string body, string status)
    {
        (string got, string message) = await PostAsync("/containers/create", body);
        Assert.Equal(status, got);
        Assert.Contains("message", message);
    }

    [Fact]
    public async Task An_unknown_image_is_404()
    {
        (string status, string message) = await PostAsync("/containers/create", "{\"Image\":\"nothing:here\"}");
        Assert.Equal("404", status);
        Assert.Contains("No such image: nothing:here", message);
    }

    [Theory]
    [InlineData("{\"Image\":\"busybox\",\"HostConfig\":{\"Isolation\":\"hyperv\"}}", "isolation")]
    [InlineData("{\"Image\":\"busybox\",\"HostConfig\":{\"Binds\":[\"data:/d\"],\"VolumeDriver\":\"rexray\"}}", "rexray")]
    public async Task A_field_that_is_not_supported_is_refused_by_name(string body, string field)
    {
        (string status, string message) = await PostAsync("/containers/create", body);
        Assert.True(status is "501" or "400" or "404", status);
        Assert.Contains(field, message);
        Assert.Equal("", (await Engine.DockerAsync("ps", "-aq")).Succeeded().Output);
    }

    [Fact]
    public async Task A_size_of_a_containers_files_is_refused_in_dockerds_words()
    {
        (string status, string message) = await PostAsync("/containers/create", "{\"Image\":\"busybox\",\"HostConfig\":{\"StorageOpt\":{\"size\":\"1G\"}}}");
        Assert.Equal("500", status);
        Assert.Contains("--storage-opt is supported only for overlay over xfs with 'pquota' mount option", message);
    }

    [Fact]
    public async Task An_unknown_path_is_404() =>
        Assert.Equal("404", (await PostAsync("/no/such/thing", "{}")).Status);

    [Fact]
    public async Task A_port_in_use_fails_the_start_and_frees_everything()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "has-port", "-p", "8200:80", "busybox", "sleep", "100")).Succeeded();
        CommandResult second = (await Engine.DockerAsync("run", "-d", "--name", "wants-port", "-p", "8200:80", "busybox", "sleep", "100")).Exited(125);
        Assert.Contains("Bind for 0.0.0.0:8200 failed: port is already allocated", second.Error);
        Assert.Equal("created", await Engine.InspectAsync("wants-port", "{{.State.Status}}"));
        (await Engine.DockerAsync("rm", "-f", "has-port", "wants-port")).Succeeded();
    }

    [Fact]
    public async Task A_port_that_a_program_of_the_host_listens_on_is_in_use_too()
    {
        using System.Diagnostics.Process listener = Command.Start(Engine.Host.Inside("socat", "TCP-LISTEN:8201,fork", "EXEC:true"));
        await Eventually.TrueAsync(async () => (await Engine.Host.ShellAsync("ss -Hltn sport = :8201")).Output.Length > 0);
        CommandResult run = (await Engine.DockerAsync("run", "--name", "blocked", "-p", "8201:80", "busybox", "true")).Exited(125);
        Assert.Contains("8201", run.Error);
        Assert.Contains("address already in use", run.Error);
        (await Engine.DockerAsync("rm", "blocked")).Succeeded();
        await Engine.Host.ShellAsync("fuser -k 8201/tcp || true");
        listener.Kill();
    }

    [Fact]
    public async Task A_socket_path_that_is_too_long_is_said_and_nothing_is_made()
    {
        string path = "/" + new string('x', 120);
        CommandResult daemon = await Command.RunAsync(Engine.Host.Inside(Repository.Sampan, "daemon", "-H", "unix://" + path,
            "--data-root", Engine.Host.Folder + "/long", "--exec-root", Engine.Host.Folder + "/longx", "--pidfile", Engine.Host.Folder + "/long.pid"));
        Assert.NotEqual(0, daemon.ExitCode);
        Assert.Contains("the kernel allows 107", daemon.Error);
        Assert.DoesNotContain((string[])["/long", "/longx", "/long.pid"], name => Path.Exists(Engine.Host.Folder + name));
    }

    [Theory]
    [InlineData("{\"foo\": 1, \"debug\": true}", "the following directives don't match any configuration option: foo")]
    [InlineData("{\"debug\": true}", "the following directives are specified both as a flag and in the configuration file: debug", "--debug=false")]
    [InlineData("{\"max-concurrent-downloads\": -1}", "invalid max concurrent downloads: -1")]
    [InlineData("{\"registry-mirrors\": [\"https://a\", \"b\"]}", "invalid mirror: no scheme specified for \"b\"")]
    [InlineData("{\"insecure-registries\": [\"ftp://a\"]}", "insecure registry ftp://a should not contain '://'")]
    [InlineData("{", "unable to configure the daemon with file")]
    public async Task A_daemon_whose_file_is_wrong_does_not_start_and_names_the_directive(string file, string message, params string[] flags)
    {
        string path = Path.Combine(Engine.Host.Folder, $"daemon-{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, file);
        CommandResult daemon = (await Command.RunAsync(Engine.Host.Inside([Repository.Sampan, "daemon", "--config-file", path, .. flags]))).Exited(125);
        Assert.Contains(message, daemon.Error);
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_data_root_is_refused()
    {
        CommandResult second = await Command.RunAsync(Engine.Host.Inside(Repository.Sampan, "daemon", "-H", $"unix://{Engine.Host.Folder}/second.sock",
            "--data-root", Engine.DataRoot, "--exec-root", Engine.Host.Folder + "/x2", "--pidfile", Engine.Host.Folder + "/x2.pid"));
        Assert.NotEqual(0, second.ExitCode);
        Assert.Matches($"cannot use data root '{Engine.DataRoot}': another daemon \\(pid [0-9]+\\) runs on it", second.Error);
        (await Engine.DockerAsync("version")).Succeeded();
    }

    [Theory]
    [InlineData("-m", "1k", "Minimum memory limit")]
    [InlineData("--cpus", "9999", "CPUs")]
    [InlineData("-v", "relative/path:/x", "invalid characters")]
    [InlineData("--cap-add", "NONSENSE", "NONSENSE")]
    [InlineData("--network", "absent", "network absent not found")]
    public async Task A_wrong_option_is_refused_with_its_reason(string option, string value, string reason)
    {
        CommandResult run = (await Engine.DockerAsync("run", "--rm", option, value, "busybox", "true")).Exited(125);
        Assert.Contains(reason, run.Error);
        Assert.Equal("", (await Engine.DockerAsync("ps", "-aq", "--filter", "status=running")).Succeeded().Output);
    }

    [Fact]
    public async Task A_command_longer_than_any_program_takes_is_refused_at_once()
    {
        string body = Path.Combine(Engine.Host.Folder, "long.json");
        await File.WriteAllTextAsync(body, $$"""{"Image":"busybox","Cmd":["{{new string('a', 3_000_000)}}"]}""");
        string call = $"curl -s --max-time 20 --unix-socket {Engine.Socket} -X POST";
        Assert.Contains("\"Id\"", (await Engine.TypedAsync($"{call} -H 'Content-Type: application/json' -d @{body} 'http://d/containers/create?name=endless'")).Succeeded().Output);
        Assert.Contains("failed to create task", (await Engine.TypedAsync($"{call} http://d/containers/endless/start")).Succeeded().Output);
        (await Engine.DockerAsync("rm", "endless")).Succeeded();
    }
}
