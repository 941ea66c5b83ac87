namespace Sampan.EndToEnd.Tests.Harness;

/// <summary>Waits for a condition instead of for a time.</summary>
public static class Eventually
{
    public static Task TrueAsync(Func<Task<bool>> condition) => TrueAsync(condition, () => "a condition");

    /// <summary>Fails when the condition does not come true in <see cref="Command.Patience"/>.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        long end = Environment.TickCount64 + (long)Command.Patience.TotalMilliseconds;
        while (!await condition())
        {
            if (Environment.TickCount64 > end) throw new TimeoutException($"waited {Command.Patience.TotalSeconds} s for {what()}");
            await Task.Delay(20);
        }
    }
}
