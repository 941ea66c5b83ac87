using Sampan.Specs;

namespace Sampan.Engine.Tests;

public sealed class GoDurationTests
{
    [Fact]
    public void Longer_than_go_counts_is_none() => Assert.False(GoDuration.TryParse("2000000h2000000h", out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(500, "50µs")]
    [InlineData(500_000, "50ms")]
    [InlineData(15_000_000, "1.5s")]
    [InlineData(300_000_000, "30s")]
    [InlineData(1_200_000_000, "2m0s")]
    [InlineData(36_615_000_000, "1h1m1.5s")]
    public void A_duration_is_written_as_Go_writes_it(long ticks, string text)
    {
        Assert.Equal(text, GoDuration.Format(TimeSpan.FromTicks(ticks)));
        Assert.True(GoDuration.TryParse(text, out var back));
        Assert.Equal(ticks, back.Ticks);
    }
}
