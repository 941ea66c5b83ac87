using System.Diagnostics;
using System.Text.RegularExpressions;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>logs, attach, exec and terminals: bytes between a client and a process.</summary>
public sealed class StreamTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    private async Task RunAsync(string name, params IEnumerable<string> command) =>
        (await Engine.DockerAsync(["run", "-d", "--name", name, "busybox", .. command])).Succeeded();

    private async Task RemoveAsync(string name) => (await Engine.DockerAsync("rm", "-f", name)).Succeeded();

    [Fact]
    public async Task Logs_keep_both_streams_apart_and_in_order()
    {
        (await Engine.DockerAsync("run", "--name", "logged", "busybox", "sh", "-c", "for i in 1 2 3; do echo out $i; done; echo err >&2")).Succeeded();
        CommandResult logs = (await Engine.DockerAsync("logs", "logged")).Succeeded();
        Assert.Equal("out 1\nout 2\nout 3\n", logs.Output);
        Assert.Equal("err\n", logs.Error);
        Assert.Equal(["out 2", "out 3"], (await Engine.TypedAsync("docker logs --tail 3 logged 2>/dev/null")).Succeeded().Lines);
        CommandResult stamped = (await Engine.DockerAsync("logs", "-t", "--tail", "1", "logged")).Succeeded();
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (out 3|err)\n$", stamped.Output + stamped.Error);
        Assert.Equal("", (await Engine.DockerAsync("logs", "--since", "2099-01-01T00:00:00", "logged")).Succeeded().Output);
        Assert.Equal("out 1\nout 2\nout 3\n", (await Engine.DockerAsync("logs", "--since", "10m", "logged")).Succeeded().Output);
        await RemoveAsync("logged");
    }

    [Fact]
    public async Task Following_logs_ends_with_the_container()
    {
        await RunAsync("followed", "sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.2; done");
        Assert.Equal(["1", "2", "3", "4", "5"], (await Engine.DockerAsync("logs", "-f", "followed")).Succeeded().Lines);
        await RemoveAsync("followed");
    }

    [Fact]
    public async Task Long_lines_and_odd_bytes_are_logged_whole()
    {
        (await Engine.DockerAsync("run", "--name", "odd", "busybox", "sh", "-c", "head -c 50000 /dev/zero | tr '\\0' y; echo; printf 'tab\\there \"quoted\" \\\\ \\033[1m <&> é\\n'; printf 'no newline'")).Succeeded();
        CommandResult logs = (await Engine.DockerAsync("logs", "odd")).Succeeded();
        Assert.Equal(new string('y', 50000) + "\ntab\there \"quoted\" \\ \u001b[1m <&> é\nno newline", logs.Output);
        await RemoveAsync("odd");
    }

    [Fact]
    public async Task A_hundred_thousand_lines_are_all_there()
    {
        (await Engine.TypedAsync("docker run --name many busybox seq 100000 > /dev/null")).Succeeded();
        Assert.Equal(Enumerable.Range(1, 100000).Select(i => i.ToString()), (await Engine.DockerAsync("logs", "many")).Succeeded().Lines);
        await RemoveAsync("many");
    }

    [Fact]
    public async Task A_stream_of_stats_goes_on_past_a_stop_and_ends_with_the_removal()
    {
        (await Engine.DockerAsync("run", "-d", "--name", "measured", "busybox", "sleep", "100")).Succeeded();
        Task<CommandResult> stream = Engine.TypedAsync($"curl -sN --unix-socket {Engine.Socket} http://d/containers/measured/stats | wc -l");
        await Task.Delay(1500);
        (await Engine.DockerAsync("stop", "-t", "0", "measured")).Succeeded();
        await Task.Delay(1500);
        Assert.False(stream.IsCompleted);
        (await Engine.DockerAsync("rm", "measured")).Succeeded();
        Assert.InRange(int.Parse((await stream).Succeeded().Line), 2, 20);
    }

    [Fact]
    public async Task Attach_sees_what_comes_and_ends_with_the_exit_code()
    {
        await RunAsync("watched", "sh", "-c", "sleep 1; echo late; exit 4");
        Assert.Equal("late\n", (await Engine.DockerAsync("attach", "watched")).Exited(4).Output);
        await RemoveAsync("watched");
    }

    [Fact]
    public async Task Attach_feeds_a_container_that_keeps_its_input_open()
    {
        (await Engine.DockerAsync("run", "-d", "-i", "--name", "fed", "busybox", "sh", "-c", "read a; echo got $a; sleep 1")).Succeeded();
        // The CLI stops showing output once its own input has ended: it stays open here.
        Assert.Contains("got food", (await Engine.TypedAsync("(sleep 0.3; echo food; sleep 2) | docker attach fed")).Succeeded().Output);
        await RemoveAsync("fed");
    }

    [Fact]
    public async Task Exec_runs_beside_and_returns_its_own_exit_code()
    {
        await RunAsync("host", "sleep", "100");
        Assert.Equal("hi", (await Engine.DockerAsync("exec", "host", "echo", "hi")).Succeeded().Line);
        (await Engine.DockerAsync("exec", "host", "sh", "-c", "exit 6")).Exited(6);
        Assert.Equal("v /tmp 33", (await Engine.DockerAsync("exec", "-e", "X=v", "-w", "/tmp", "-u", "www-data", "host", "sh", "-c", "echo $X $(pwd) $(id -u)")).Succeeded().Line);
        Assert.Equal("5", (await Engine.DockerWithInputAsync("12345", "exec", "-i", "host", "wc", "-c")).Succeeded().Line);
        (await Engine.DockerAsync("exec", "-d", "host", "sh", "-c", "echo later > /later")).Succeeded();
        await Eventually.TrueAsync(async () => (await Engine.DockerAsync("exec", "host", "cat", "/later")).Line == "later");
        await RemoveAsync("host");
    }

    [Fact]
    public async Task Exec_tells_what_it_cannot_run()
    {
        await RunAsync("narrow", "sleep", "100");
        CommandResult missing = (await Engine.DockerAsync("exec", "narrow", "no-such-program")).Exited(127);
        Assert.Contains("executable file not found in $PATH", missing.Output + missing.Error);
        (await Engine.DockerAsync("exec", "narrow", "/etc/passwd")).Exited(126);
        await RemoveAsync("narrow");
        CommandResult gone = (await Engine.DockerAsync("exec", "narrow", "true")).Exited(1);
        Assert.Contains("No such container: narrow", gone.Error);
    }

    [Fact]
    public async Task Exec_into_a_stopped_container_is_refused()
    {
        (await Engine.DockerAsync("run", "--name", "stopped", "busybox", "true")).Succeeded();
        CommandResult refused = (await Engine.DockerAsync("exec", "stopped", "true")).Exited(1);
        Assert.Matches("[Cc]ontainer [0-9a-f]{64} is not running", refused.Error);
        await RemoveAsync("stopped");
    }

    [Fact]
    public async Task A_terminal_is_a_terminal_inside_too()
    {
        CommandResult run = (await Engine.OnTerminalAsync("run --rm -it busybox sh -c 'tty; test -t 0 && test -t 1 && echo terminal'", "")).Succeeded();
        Assert.Contains("/dev/pts/0", run.Output);
        Assert.Contains("terminal", run.Output);
    }

    [Fact]
    public async Task A_shell_on_a_terminal_has_job_control()
    {
        using var terminal = new Terminal(Engine, "run --rm -it --name jobs busybox sh");
        await terminal.ShowsAsync("# ");
        await terminal.TypeAsync("sleep 300\n");
        await Eventually.TrueAsync(async () => (await Engine.DockerAsync("top", "jobs")).Output.Contains("sleep 300", StringComparison.Ordinal));
        await terminal.TypeAsync("\u001a");         // ctrl-Z: the terminal stops the foreground job
        await terminal.ShowsAsync("[1]+  Stopped");
        await terminal.TypeAsync("jobs; echo after-sto''p\n");
        await terminal.ShowsAsync("after-stop");
        await terminal.TypeAsync("fg\n");
        await terminal.ShowsAsync("sleep 300", times: 4);   // typed, stopped, listed, in front again
        // The shell says so before it is: what is typed in between ends no stopped job.
        await Eventually.TrueAsync(async () => Regex.IsMatch((await Engine.DockerAsync("top", "jobs", "-eo", "pid,stat,args")).Output, @"S\S*\+\s+sleep 300"));
        await terminal.TypeAsync("\u0003");         // ctrl-C ends it
        await terminal.TypeAsync("echo co''de $?\n");
        await terminal.ShowsAsync("code 130");
        await terminal.TypeAsync("exit 0\n");
        Assert.Equal(0, await terminal.EndAsync());
        Assert.Matches(new Regex(@"\[1\]\+\s+Stopped\s+sleep 300"), terminal.Shown);
        Assert.DoesNotContain("can't access tty", terminal.Shown);
    }

    [Fact]
    public async Task The_detach_keys_leave_the_container_running()
    {
        using var terminal = new Terminal(Engine, "run -it --name left busybox sh");
        await terminal.ShowsAsync("# ");
        await terminal.TypeAsync("\u0010\u0011");
        await terminal.EndAsync();
        Assert.Equal("running", await Engine.InspectAsync("left", "{{.State.Status}}"));
        await RemoveAsync("left");
    }

    [Fact]
    public async Task A_websocket_carries_input_and_both_outputs()
    {
        (await Engine.DockerAsync("run", "-d", "-i", "--name", "socketed", "busybox", "sh")).Succeeded();
        using var connect = new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
                await socket.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(Engine.Socket), ct);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        using var invoker = new HttpMessageInvoker(connect);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new System.Net.WebSockets.ClientWebSocket();
        await client.ConnectAsync(new Uri("ws://d/v1.51/containers/socketed/attach/ws?stream=1&stdin=1&stdout=1&stderr=1"), invoker, patience.Token);
        await client.SendAsync("echo out; echo err >&2; exit\n"u8.ToArray(), System.Net.WebSockets.WebSocketMessageType.Binary, true, patience.Token);
        string got = "";
        byte[] buffer = new byte[4096];
        while (await client.ReceiveAsync(buffer, patience.Token) is { MessageType: not System.Net.WebSockets.WebSocketMessageType.Close } part)
            got += System.Text.Encoding.UTF8.GetString(buffer, 0, part.Count);
        Assert.Equal(["err", "out"], got.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        (await Engine.DockerAsync("rm", "-f", "socketed")).Succeeded();
    }
}
