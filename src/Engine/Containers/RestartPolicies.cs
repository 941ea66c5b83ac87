using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>The restart policies by their wire names, and what they decide.</summary>
internal static class RestartPolicies
{
    public const string No = "no";
    public const string Always = "always";
    public const string OnFailure = "on-failure";
    public const string UnlessStopped = "unless-stopped";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>A run this long makes the next delay short again.</summary>
    public static readonly TimeSpan HealthyRun = TimeSpan.FromSeconds(10);

    public static bool IsKnown(string name) => name is "" or No or Always or OnFailure or UnlessStopped;

    /// <summary>Whether a process that ended by itself is started again.</summary>
    public static bool Restarts(RestartPolicy policy, int exitCode, int restartCount) => policy.Name switch
    {
        Always or UnlessStopped => true,
        OnFailure => exitCode != 0 && (policy.MaximumRetryCount == 0 || restartCount < policy.MaximumRetryCount),
        _ => false,
    };

    /// <summary>Whether a container that nobody runs is started when a daemon comes up.</summary>
    public static bool StartsWithDaemon(RestartPolicy policy, bool stoppedByUser) => policy.Name switch
    {
        Always => true,
        UnlessStopped => !stoppedByUser,
        _ => false,
    };

    /// <summary>100 ms, doubled at each attempt, at most a minute.</summary>
    public static TimeSpan Delay(int attempts)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Min(attempts, 20));
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
