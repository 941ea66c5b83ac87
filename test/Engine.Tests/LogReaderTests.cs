using System.Text;
using Sampan.Engine.Logs;

namespace Sampan.Engine.Tests;

public sealed class LogReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-logs").FullName;

    private string LogPath => Path.Combine(_folder, "c-json.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Line(string text, string stream = "stdout", int second = 0) =>
        $$"""{"log":"{{text}}","stream":"{{stream}}","time":"2026-01-02T03:04:{{second:00}}.123456789Z"}""" + "\n";

    private async Task<string> ReadAsync(ContainerLogOptions options, bool tty = true)
    {
        using var output = new MemoryStream();
        await new ContainerLogs(LogPath, tty, options, Task.CompletedTask).WriteAsync(output, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static ContainerLogOptions Both => new() { Stdout = true, Stderr = true };

    [Fact]
    public async Task Escapes_and_unicode_come_out_as_the_program_wrote_them()
    {
        File.WriteAllText(LogPath, Line("""a\tb \"q\" \u00e9 \\n\n""") + Line("plain"));
        Assert.Equal("a\tb \"q\" é \\n\nplain", await ReadAsync(Both));
    }

    [Fact]
    public async Task Frames_name_the_stream_and_the_length()
    {
        File.WriteAllText(LogPath, Line("out\\n") + Line("err\\n", "stderr"));
        string framed = await ReadAsync(Both, tty: false);
        Assert.Equal("\u0001\0\0\0\0\0\0\u0004out\n\u0002\0\0\0\0\0\0\u0004err\n", framed);
    }

    [Fact]
    public async Task One_stream_can_be_asked_for_alone()
    {
        File.WriteAllText(LogPath, Line("out\\n") + Line("err\\n", "stderr"));
        Assert.Equal("err\n", await ReadAsync(Both with { Stdout = false }));
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "5\n")]
    [InlineData(3, "3\n4\n5\n")]
    [InlineData(99, "1\n2\n3\n4\n5\n")]
    public async Task The_tail_reaches_over_rotated_files(int tail, string expected)
    {
        File.WriteAllText(LogPath + ".2", Line("1\\n"));
        File.WriteAllText(LogPath + ".1", Line("2\\n") + Line("3\\n"));
        File.WriteAllText(LogPath, Line("4\\n") + Line("5\\n"));
        Assert.Equal(expected, await ReadAsync(Both with { Tail = tail }));
    }

    [Fact]
    public async Task Since_and_until_cut_by_nanoseconds()
    {
        File.WriteAllText(LogPath, Line("1\\n", second: 1) + Line("2\\n", second: 2) + Line("3\\n", second: 3));
        long second2 = UnixTime.Nanoseconds(new DateTimeOffset(2026, 1, 2, 3, 4, 2, TimeSpan.Zero)) + 123_456_789;
        Assert.Equal("2\n", await ReadAsync(Both with { Since = second2, Until = second2 }));
        Assert.Equal("3\n", await ReadAsync(Both with { Since = second2 + 1 }));
    }

    [Fact]
    public async Task Timestamps_are_those_of_the_file()
    {
        File.WriteAllText(LogPath, Line("x\\n"));
        Assert.Equal("2026-01-02T03:04:00.123456789Z x\n", await ReadAsync(Both with { Timestamps = true }));
    }

    [Fact]
    public async Task Timestamps_have_nine_digits_however_many_the_file_has()
    {
        File.WriteAllText(LogPath, """{"log":"x\n","stream":"stdout","time":"2026-01-02T03:04:05.12Z"}""" + "\n");
        Assert.Equal("2026-01-02T03:04:05.120000000Z x\n", await ReadAsync(Both with { Timestamps = true }));
    }

    [Fact]
    public async Task A_line_that_a_crash_tore_is_left_out()
    {
        File.WriteAllText(LogPath, "{\"log\":\"torn\n" + Line("whole\\n"));
        Assert.Equal("whole\n", await ReadAsync(Both));
    }

    [Fact]
    public async Task Following_goes_on_over_rotations_until_the_end()
    {
        File.WriteAllText(LogPath, Line("1\\n"));
        var ended = new TaskCompletionSource();
        using var output = new MemoryStream();
        var following = new ContainerLogs(LogPath, true, Both with { Follow = true }, ended.Task).WriteAsync(output, CancellationToken.None);
        for (int i = 2; i < 30; i++)
        {
            if (i % 5 == 0)
            {
                File.Move(LogPath, LogPath + ".1", overwrite: true);
                File.WriteAllText(LogPath, "");
            }
            File.AppendAllText(LogPath, Line($"{i}\\n"));
            await WaitUntilAsync(() => Encoding.UTF8.GetString(output.ToArray()).EndsWith($"\n{i}\n", StringComparison.Ordinal));
        }
        ended.SetResult();
        await following.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(string.Concat(Enumerable.Range(1, 29).Select(i => $"{i}\n")), Encoding.UTF8.GetString(output.ToArray()));
    }

    [Fact]
    public async Task A_large_log_comes_out_whole()
    {
        await using (var writer = File.CreateText(LogPath))
            for (int i = 0; i < 50_000; i++)
                writer.Write(Line($"line {i} {new string('x', i % 200)}\\n"));
        string text = await ReadAsync(Both);
        Assert.Equal(50_000, text.Count(c => c == '\n'));
        Assert.EndsWith($"line 49999 {new string('x', 199)}\n", text);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
