using System.Text;
using Sampan.Cli.Progress;
using Sampan.Specs.Docker;

namespace Sampan.Cli.Tests.Formatting;

public sealed class ProgressTests
{
    private static readonly ProgressMessage[] Pull =
    [
        new() { Status = "Pulling from library/busybox", Id = "latest" },
        new() { Status = "Pulling fs layer", Id = "aaa", ProgressDetail = new() },
        new() { Status = "Pulling fs layer", Id = "bbb", ProgressDetail = new() },
        new() { Status = "Downloading", Id = "aaa", ProgressDetail = new() { Current = 500_000, Total = 1_000_000 } },
        new() { Status = "Pull complete", Id = "aaa", ProgressDetail = new() },
        new() { Status = "Status: Downloaded newer image for busybox:latest" },
    ];

    [Fact]
    public async Task Elsewhere_than_on_a_terminal_there_are_plain_lines_and_no_bars() =>
        Assert.Equal("latest: Pulling from library/busybox\naaa: Pulling fs layer\nbbb: Pulling fs layer\naaa: Pull complete\nStatus: Downloaded newer image for busybox:latest\n",
            await ShowAsync(null));

    [Fact]
    public async Task On_a_terminal_each_layer_keeps_its_line() =>
        Assert.Equal("latest: Pulling from library/busybox\n"
            + "\n\e[1A\e[2K\raaa: Pulling fs layer \r\e[1B"
            + "\n\e[1A\e[2K\rbbb: Pulling fs layer \r\e[1B"
            + "\e[2A\e[2K\raaa: Downloading [=========================>                         ]    500kB/1MB\r\e[2B"
            + "\e[2A\e[2K\raaa: Pull complete \r\e[2B"
            + "Status: Downloaded newer image for busybox:latest\n", await ShowAsync(120));

    [Fact]
    public async Task A_narrow_terminal_gets_the_numbers_without_the_bar() =>
        Assert.Contains("aaa: Downloading    500kB/1MB\r", await ShowAsync(80), StringComparison.Ordinal);

    [Fact]
    public async Task A_failure_in_the_stream_is_the_commands_failure()
    {
        var failure = await Assert.ThrowsAsync<CommandFailedException>(() =>
            new ProgressDisplay(Stream.Null, null).ShowAsync(Messages(new ProgressMessage { Error = "manifest unknown", ErrorDetail = new() { Message = "manifest unknown" } }), default));

        Assert.Equal("manifest unknown", failure.Message);
        Assert.Equal(1, failure.ExitCode);
    }

    private static async Task<string> ShowAsync(int? columns)
    {
        using var output = new MemoryStream();
        await new ProgressDisplay(output, columns).ShowAsync(Messages(Pull), default);
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static async IAsyncEnumerable<ProgressMessage> Messages(params ProgressMessage[] messages)
    {
        await Task.CompletedTask;
        foreach (var message in messages) yield return message;
    }
}
