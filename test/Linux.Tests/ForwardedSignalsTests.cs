using Sampan.Linux.Events;

namespace Sampan.Linux.Tests;

public sealed class ForwardedSignalsTests
{
    [Fact]
    public void What_is_blocked_before_the_runtimes_start_is_what_is_passed_on()
    {
        ulong mask = 0;
        foreach (int signal in ForwardedSignals.All) mask |= 1UL << (signal - 1);
        Assert.Equal(ForwardedSignals.Mask, mask);
    }
}
