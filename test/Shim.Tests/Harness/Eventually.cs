namespace Sampan.Shim.Tests.Harness;

/// <summary>For what comes about on its own: waits until it is so, and fails when it never is.</summary>
public static class Eventually
{
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(120);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        for (var start = DateTime.UtcNow; !await condition(); await Task.Delay(10))
            if (DateTime.UtcNow - start > Never) throw new TimeoutException($"waited in vain for {what}");
    }
}
