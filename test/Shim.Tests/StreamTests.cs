using System.Text;
using Sampan.Faults;
using Sampan.Shim.Tests.Harness;
using Sampan.ShimClient;

namespace Sampan.Shim.Tests;

public sealed class StreamTests
{
    private static CancellationToken Patience => TestContainer.Patience;

    [Fact]
    public async Task Every_line_is_logged_in_order_and_none_is_torn()
    {
        await using var container = await TestContainer.RunShellAsync("seq 1 20000 & seq 100001 120000 >&2 & wait");
        await container.WaitAsync();
        var lines = container.Logged();
        Assert.Equal(Enumerable.Range(1, 20_000).Select(i => $"{i}\n"), lines.Where(l => l.Stream == "stdout").Select(l => l.Log));
        Assert.Equal(Enumerable.Range(100_001, 20_000).Select(i => $"{i}\n"), lines.Where(l => l.Stream == "stderr").Select(l => l.Log));
    }

    [Fact]
    public async Task An_attached_client_gets_both_streams_in_frames_and_the_end()
    {
        await using var container = await TestContainer.CreateAsync(["sh", "-c", "echo out; echo err >&2; printf end"]);
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        Assert.Equal(("out\nend", "err\n"), await StreamFrames.ReadAllAsync(stream));
        Assert.Equal(0, (await container.WaitAsync()).ExitStatus);
        Assert.Equal(3, container.Logged().Count);
    }

    [Fact]
    public async Task A_client_that_reads_slowly_gets_all_of_it_and_so_does_the_log()
    {
        await using var container = await TestContainer.CreateAsync(["seq", "1", "600000"]); // 4 MB, past what is held for a client
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        await container.LoggedAsync("\"1000\\n\"");
        await using (var other = await container.AttachAsync()) Assert.NotNull(other); // comes and goes meanwhile
        var (stdout, _) = await StreamFrames.ReadAllAsync(stream);
        Assert.Equal(string.Concat(Enumerable.Range(1, 600_000).Select(i => $"{i}\n")), stdout);
        await container.WaitAsync();
        Assert.Equal(600_000, File.ReadLines(container.LogPath).Count());
    }

    [Fact]
    public async Task A_client_that_never_reads_costs_the_shim_a_bounded_amount_and_the_log_nothing_when_it_leaves()
    {
        await using var container = await TestContainer.CreateAsync(["seq", "1", "1500000"]);
        var stuck = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        await container.LoggedAsync("\"100000\\n\"");
        Assert.InRange(Status(container.ShimPid, "VmRSS:"), 0, 24 << 10);
        await stuck.DisposeAsync();
        await container.WaitAsync();
        Assert.Equal(1_500_000, File.ReadLines(container.LogPath).Count());
    }

    [Fact]
    public async Task The_output_of_a_container_that_ended_waits_for_its_client()
    {
        await using var container = await TestContainer.CreateAsync(["seq", "1", "100000"]);
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        Assert.Equal(0, (await container.WaitAsync()).ExitStatus);
        await container.Client.DeleteAsync("", Patience);
        await container.Client.ShutdownAsync(Patience);
        var (stdout, _) = await StreamFrames.ReadAllAsync(stream);
        Assert.Equal("100000", stdout.TrimEnd().Split('\n')[^1]);
        await container.ShimGoneAsync();
    }

    [Fact]
    public async Task Input_flows_and_its_end_is_seen_by_a_container_for_one_client()
    {
        await using var container = await TestContainer.CreateAsync(["sh", "-c", "cat; echo over"], setup => setup.Stdin = StdioUri.AttachOnce);
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 50_000).Select(i => $"line {i}\n")));
        var writing = Task.Run(async () =>
        {
            await stream.WriteAsync(text, Patience);
            stream.CloseWrite();
        });
        var (stdout, _) = await StreamFrames.ReadAllAsync(stream);
        await writing;
        Assert.Equal(Encoding.UTF8.GetString(text) + "over\n", stdout);
    }

    [Fact]
    public async Task A_client_that_sends_and_leaves_at_once_is_heard()
    {
        await using var container = await TestContainer.CreateAsync(["sh", "-c", "cat; echo over"], setup => setup.Stdin = StdioUri.AttachOnce);
        await using (var stream = await container.AttachAsync()) await stream.WriteAsync("heard\n"u8.ToArray(), Patience);
        await container.Client.StartAsync("", Patience);
        await container.WaitAsync();
        Assert.Equal(["heard\n", "over\n"], container.Logged().Select(l => l.Log));
    }

    [Fact]
    public async Task Without_once_a_client_may_leave_and_another_goes_on()
    {
        await using var container = await TestContainer.RunAsync(["cat"], setup => setup.Stdin = StdioUri.Attach);
        await using (var first = await container.AttachAsync())
        {
            await first.WriteAsync("one\n"u8.ToArray(), Patience);
            first.CloseWrite();
            await StreamFrames.ReadAllAsync(first); // detached by its end of input
        }
        await container.LoggedAsync("one");
        await using var second = await container.AttachAsync();
        await second.WriteAsync("two\n"u8.ToArray(), Patience);
        await container.LoggedAsync("two");
        await container.Client.CloseIOAsync("", Patience);
        Assert.Equal(0, (await container.WaitAsync()).ExitStatus);
    }

    [Fact]
    public async Task A_terminal_echoes_has_a_size_and_ends()
    {
        await using var container = await TestContainer.CreateAsync(["sh"], setup => (setup.Terminal, setup.Stdin) = (true, StdioUri.Attach));
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        await StreamFrames.ReadUntilAsync(stream, "# ");
        await container.Client.ResizePtyAsync("", columns: 123, rows: 45, Patience);
        await stream.WriteAsync("stty size; tty\r"u8.ToArray(), Patience);
        string shown = await StreamFrames.ReadUntilAsync(stream, "/dev/");
        Assert.Contains("45 123\r\n", shown, StringComparison.Ordinal);
        await stream.WriteAsync("exit 5\r"u8.ToArray(), Patience);
        await StreamFrames.ReadUntilAsync(stream, "exit 5");
        Assert.Equal(5, (await container.WaitAsync()).ExitStatus);
        Assert.All(container.Logged(), line => Assert.Equal("stdout", line.Stream));
    }

    [Fact]
    public async Task A_background_child_that_holds_the_output_does_not_hold_the_exec()
    {
        await using var container = await TestContainer.RunAsync(["sleep", "1000"]);
        await using var stream = await container.ExecAsync("e", ["sh", "-c", "sleep 1000 & echo done"]);
        Assert.Equal(("done\n", ""), await StreamFrames.ReadAllAsync(stream));
        Assert.Equal(0, (await container.WaitAsync("e")).ExitStatus);
    }

    [Fact]
    public async Task Attaching_to_what_is_not_there_is_refused()
    {
        await using var container = await TestContainer.RunAsync(["true"]);
        await container.WaitAsync();
        Assert.Equal(FaultKind.NotFound, (await Assert.ThrowsAsync<FaultException>(() => container.AttachAsync())).Kind);
        Assert.Equal(FaultKind.NotFound, (await Assert.ThrowsAsync<FaultException>(() => container.AttachAsync("nobody"))).Kind);
    }

    [Fact]
    public async Task Without_a_log_output_goes_to_clients_only()
    {
        await using var container = await TestContainer.CreateAsync(["echo", "hello"], setup => setup.Stdout = StdioUri.NoLog);
        await using var stream = await container.AttachAsync();
        await container.Client.StartAsync("", Patience);
        Assert.Equal("hello\n", (await StreamFrames.ReadAllAsync(stream)).Stdout);
        Assert.False(File.Exists(container.LogPath));
    }

    private static int Status(int pid, string field) => int.Parse(
        File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith(field, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2],
        System.Globalization.CultureInfo.InvariantCulture);
}
