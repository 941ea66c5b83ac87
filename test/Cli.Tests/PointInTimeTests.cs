namespace Sampan.Cli.Tests;

public sealed class PointInTimeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_000_000);

    [Theory]
    [InlineData("", null)]
    [InlineData("1h30m", "994600.000000000")]
    [InlineData("500ms", "999999.500000000")]
    [InlineData("1234", "1234")]
    [InlineData("1234.000000005", "1234.000000005")]
    [InlineData("2001-09-09T01:46:40Z", "1000000000.000000000")]
    [InlineData("2001-09-09T01:46:40.123456789Z", "1000000000.123456700")]
    [InlineData("2001-09-09T03:46:40+02:00", "1000000000.000000000")]
    public void Times_are_durations_ago_dates_or_unix_seconds(string text, string? expected) => Assert.Equal(expected, PointInTime.Read(text, Now, "since"));

    [Fact]
    public void What_is_no_time_is_told() =>
        Assert.Contains("failed to parse value as time or duration: \"soon\"",
            Assert.Throws<CommandFailedException>(() => PointInTime.Read("soon", Now, "since")).Message, StringComparison.Ordinal);
}
