using Sampan.Cli.Grammar;
using Sampan.Specs.Docker;
using static Sampan.Cli.Containers.Creation.ContainerOptionTable;

namespace Sampan.Cli.Containers.Creation;

/// <summary>The --health-* options together.</summary>
internal static class HealthSyntax
{
    private const long NanosecondsPerTick = 100;

    /// <returns>Null when none was given: the image's own check stays.</returns>
    /// <exception cref="FormatException">Negative, or both a check and none.</exception>
    public static HealthConfig? Read(ParsedOptions options)
    {
        string command = options.Get(HealthCmd);
        long retries = options.Get(HealthRetries);
        Option<TimeSpan>[] durations = [HealthInterval, HealthTimeout, HealthStartPeriod, HealthStartInterval];
        bool any = command.Length > 0 || retries != 0 || durations.Any(option => options.Get(option) != TimeSpan.Zero);
        if (options.Get(NoHealthcheck))
            return any ? throw new FormatException("--no-healthcheck conflicts with --health-* options") : new HealthConfig { Test = ["NONE"] };
        if (!any) return null;
        foreach (var option in durations)
            if (options.Get(option) < TimeSpan.Zero) throw new FormatException($"--{option.Name} cannot be negative");
        if (retries < 0) throw new FormatException("--health-retries cannot be negative");
        return new HealthConfig
        {
            Test = command.Length > 0 ? ["CMD-SHELL", command] : null,
            Interval = Nanoseconds(options.Get(HealthInterval)),
            Timeout = Nanoseconds(options.Get(HealthTimeout)),
            StartPeriod = Nanoseconds(options.Get(HealthStartPeriod)),
            StartInterval = Nanoseconds(options.Get(HealthStartInterval)),
            Retries = (int)retries,
        };
    }

    private static long Nanoseconds(TimeSpan duration) => duration.Ticks * NanosecondsPerTick;
}
