namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    /// <summary>Fails when the condition does not come true in <see cref="Command.Patience"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        long end = Environment.TickCount64 + (long)Command.Patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 < end, $"it did not come true in {Command.Patience.TotalSeconds} s");
            await Task.Delay(20);
        }
    }
}
