using System.Diagnostics;
using System.Text;
using Sampan.Cli.Streams;
using Sampan.Cli.Tests.Client;
using Sampan.EngineClient;
using Sampan.Linux;
using Sampan.Linux.Terminals;

namespace Sampan.Cli.Tests.Streams;

/// <summary>On a real pseudo-terminal of this machine.</summary>
public sealed class TerminalTests : IDisposable
{
    private const string Upgraded = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    private readonly RootDirectory _root = RootDirectory.Open("/");
    private readonly Pty _pty;

    public TerminalTests() => _pty = Pty.Open(_root);

    public void Dispose()
    {
        _pty.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void Its_size_is_known()
    {
        Pty.Resize(_pty.Master, columns: 132, rows: 43);

        var size = Terminal.Of(_pty.Peer.Fd())!.Size;
        Assert.Equal((132, 43), (size.Columns, size.Rows));
    }

    [Fact]
    public void A_file_is_none()
    {
        using var file = File.OpenHandle("/dev/null");

        Assert.Null(Terminal.Of(file.Fd()));
    }

    [Fact]
    public async Task Raw_mode_ends_with_the_settings_of_before()
    {
        string before = await SettingsAsync();
        string inside;
        using (Terminal.Of(_pty.Peer.Fd())!.EnterRawMode()) inside = await SettingsAsync();

        Assert.Equal(["-echo", "-icanon", "-isig"], inside.Split([' ', '\n', ';']).Where(setting => setting is "-echo" or "-icanon" or "-isig").Order());
        Assert.Equal(before, await SettingsAsync());
    }

    [Fact]
    public async Task A_session_passes_keys_as_they_are_until_the_detach_keys_and_gives_the_terminal_back()
    {
        var received = new MemoryStream();
        await using var engine = new ScriptedEngine(async (_, connection) =>
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes(Upgraded + "$ "));
            await connection.CopyToAsync(received);
            return false;
        });
        using var client = new EngineApiClient(EngineAddress.Parse(engine.Host));
        await using var connection = await client.Containers.AttachAsync("x", new AttachQuery { Stdin = true, Stdout = true }, default);
        using var output = new MemoryStream();
        string before = await SettingsAsync();
        var session = new StdioSession
        {
            Connection = connection, Input = StandardStream.Open(_pty.Peer.Fd(), FileAccess.Read), Output = output, Tty = true,
            Terminal = Terminal.Of(_pty.Peer.Fd()), DetachKeys = DetachKeys.Parse("ctrl-p,ctrl-q"),
        }.RunAsync(default);

        Files.WriteAll(_pty.Master, "ls\t\u0003"u8, "the terminal");
        Files.WriteAll(_pty.Master, "\u0010\u0011"u8, "the terminal");

        Assert.Equal(StdioEnd.Detached, await session.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(before, await SettingsAsync());
        await connection.DisposeAsync();
        Assert.Equal("$ ", Encoding.ASCII.GetString(output.ToArray()));
        Assert.Equal("ls\t\u0003", Encoding.ASCII.GetString(received.ToArray()));
    }

    [Fact]
    public async Task A_session_whose_process_ends_gives_the_terminal_back_while_a_key_is_still_waited_for()
    {
        await using var engine = new ScriptedEngine(async (_, connection) =>
        {
            await connection.WriteAsync(Encoding.ASCII.GetBytes(Upgraded + "bye\r\n"));
            return false;
        });
        using var client = new EngineApiClient(EngineAddress.Parse(engine.Host));
        await using var connection = await client.Containers.AttachAsync("x", new AttachQuery { Stdin = true, Stdout = true }, default);
        using var output = new MemoryStream();
        string before = await SettingsAsync();

        var end = await new StdioSession
        {
            Connection = connection, Input = StandardStream.Open(_pty.Peer.Fd(), FileAccess.Read), Output = output, Tty = true,
            Terminal = Terminal.Of(_pty.Peer.Fd()), DetachKeys = DetachKeys.Parse("ctrl-p,ctrl-q"),
        }.RunAsync(default).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Equal(StdioEnd.Output, end);
        Assert.Equal("bye\r\n", Encoding.ASCII.GetString(output.ToArray()));
        Assert.Equal(before, await SettingsAsync());
        Files.WriteAll(_pty.Master, "\n"u8, "the terminal");   // lets the waiting read go
    }

    private async Task<string> SettingsAsync()
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", ["-F", $"/dev/pts/{_pty.Number}", "-a"]) { RedirectStandardOutput = true })!;
        string settings = await stty.StandardOutput.ReadToEndAsync();
        await stty.WaitForExitAsync();
        return settings;
    }
}
