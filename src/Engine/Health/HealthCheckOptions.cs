using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Health;

/// <summary>A container's health check with its defaults filled in.</summary>
internal sealed record HealthCheckOptions
{
    private const long Millisecond = 1_000_000;   // nanoseconds, the unit of the wire

    public required IReadOnlyList<string> Command { get; init; }
    public TimeSpan Interval { get; init; }
    public TimeSpan Timeout { get; init; }
    public TimeSpan StartPeriod { get; init; }
    public TimeSpan StartInterval { get; init; }
    public int Retries { get; init; }

    /// <summary>Null: the container has none, or it is switched off by NONE.</summary>
    public static HealthCheckOptions? From(ContainerConfig config)
    {
        if (config.Healthcheck?.Test is not { Count: > 0 } test || test[0] is "NONE" or "")
            return null;
        var check = config.Healthcheck;
        IReadOnlyList<string> shell = config.Shell is { Count: > 0 } own ? own : ["/bin/sh", "-c"];
        return new HealthCheckOptions
        {
            Command = test[0] == "CMD" ? [.. test.Skip(1)] : [.. shell, .. test.Skip(1)],
            Interval = Duration(check.Interval, 30),
            Timeout = Duration(check.Timeout, 30),
            StartPeriod = Duration(check.StartPeriod, 0),
            StartInterval = Duration(check.StartInterval, 5),
            Retries = check.Retries > 0 ? check.Retries : 3,
        };
    }

    /// <exception cref="FaultException">InvalidArgument, with Docker's texts.</exception>
    public static void Validate(HealthConfig? check)
    {
        if (check is null)
            return;
        foreach (var (name, value) in new[] { ("Interval", check.Interval), ("Timeout", check.Timeout), ("StartPeriod", check.StartPeriod), ("StartInterval", check.StartInterval) })
            if (value != 0 && value < Millisecond)
                throw new FaultException(FaultKind.InvalidArgument, $"{name} in Healthcheck cannot be less than 1ms");
        if (check.Retries < 0)
            throw new FaultException(FaultKind.InvalidArgument, "Retries in Healthcheck cannot be negative");
        if (check.Test is { Count: > 0 } test && test[0] is not ("" or "NONE" or "CMD" or "CMD-SHELL"))
            throw new FaultException(FaultKind.InvalidArgument, $"unknown type of health check '{test[0]}': expected NONE, CMD or CMD-SHELL");
    }

    private static TimeSpan Duration(long nanoseconds, int defaultSeconds) =>
        nanoseconds == 0 ? TimeSpan.FromSeconds(defaultSeconds) : TimeSpan.FromTicks(nanoseconds / 100);
}
