namespace Sampan.Engine.Containers.Views;

/// <summary>The STATUS column of <c>docker ps</c>: "Up 3 minutes", "Exited (0) 2 hours ago".</summary>
internal static class StatusText
{
    public static string Of(RunState state, string? health, DateTimeOffset now) => state.Status switch
    {
        ContainerStatus.Running => $"Up {Duration(now - state.StartedAt)}" + health switch
        {
            null => "",
            Health.HealthMonitor.Starting => " (health: starting)",
            _ => $" ({health})",
        },
        ContainerStatus.Paused => $"Up {Duration(now - state.StartedAt)} (Paused)",
        ContainerStatus.Restarting => $"Restarting ({state.ExitCode}) {Duration(now - state.FinishedAt)} ago",
        ContainerStatus.Removing => "Removal In Progress",
        ContainerStatus.Dead => "Dead",
        ContainerStatus.Created => "Created",
        _ when state.FinishedAt == UnixTime.Never => "",
        _ => $"Exited ({state.ExitCode}) {Duration(now - state.FinishedAt)} ago",
    };

    // Docker's rounding: whole units, "About" for the first minute and hour.
    private static string Duration(TimeSpan time)
    {
        int seconds = (int)time.TotalSeconds, minutes = (int)time.TotalMinutes, hours = (int)Math.Round(time.TotalHours, MidpointRounding.AwayFromZero);
        return (seconds, minutes, hours) switch
        {
            ( < 1, _, _) => "Less than a second",
            (1, _, _) => "1 second",
            ( < 60, _, _) => $"{seconds} seconds",
            (_, 1, _) => "About a minute",
            (_, < 60, _) => $"{minutes} minutes",
            (_, _, 1) => "About an hour",
            (_, _, < 48) => $"{hours} hours",
            (_, _, < 24 * 7 * 2) => $"{hours / 24} days",
            (_, _, < 24 * 30 * 2) => $"{hours / 24 / 7} weeks",
            (_, _, < 24 * 365 * 2) => $"{hours / 24 / 30} months",
            _ => $"{(int)time.TotalHours / 24 / 365} years",
        };
    }
}
