using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Completes a config by another one, as docker commit does with the container's: what is said wins, lists and maps are united.</summary>
internal static class ConfigMerge
{
    internal static ExecutionConfig Fill(ExecutionConfig config, ExecutionConfig from)
    {
        bool ownEntrypoint = config.Entrypoint is { Count: > 0 };
        return config with
        {
            User = string.IsNullOrEmpty(config.User) ? from.User : config.User,
            ExposedPorts = Union(config.ExposedPorts, from.ExposedPorts),
            Env = Environment(config.Env, from.Env),
            Labels = Union(config.Labels, from.Labels),
            Cmd = ownEntrypoint || config.Cmd is { Count: > 0 } ? config.Cmd : from.Cmd,
            Entrypoint = ownEntrypoint ? config.Entrypoint : config.Entrypoint ?? from.Entrypoint,
            Healthcheck = Fill(config.Healthcheck, from.Healthcheck),
            WorkingDir = string.IsNullOrEmpty(config.WorkingDir) ? from.WorkingDir : config.WorkingDir,
            Volumes = Union(config.Volumes, from.Volumes),
            StopSignal = string.IsNullOrEmpty(config.StopSignal) ? from.StopSignal : config.StopSignal,
        };
    }

    private static IReadOnlyDictionary<string, T>? Union<T>(IReadOnlyDictionary<string, T>? own, IReadOnlyDictionary<string, T>? other)
    {
        if (own is not { Count: > 0 } || other is not { Count: > 0 }) return own is { Count: > 0 } ? own : other;
        var all = new Dictionary<string, T>(own, StringComparer.Ordinal);
        foreach (var (key, value) in other) all.TryAdd(key, value);
        return all;
    }

    private static IReadOnlyList<string>? Environment(IReadOnlyList<string>? own, IReadOnlyList<string>? other)
    {
        if (own is not { Count: > 0 }) return other;
        var named = own.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        return [.. own, .. (other ?? []).Where(variable => !named.Contains(NameOf(variable)))];
        static string NameOf(string variable) => variable.Split('=', 2)[0];
    }

    private static HealthcheckConfig? Fill(HealthcheckConfig? own, HealthcheckConfig? other)
    {
        if (own is null || other is null) return own ?? other;
        return own with
        {
            Test = own.Test is { Count: > 0 } ? own.Test : other.Test,
            Interval = Or(own.Interval, other.Interval),
            Timeout = Or(own.Timeout, other.Timeout),
            StartPeriod = Or(own.StartPeriod, other.StartPeriod),
            StartInterval = Or(own.StartInterval, other.StartInterval),
            Retries = own.Retries is > 0 ? own.Retries : other.Retries,
        };
        static long? Or(long? own, long? other) => own is > 0 ? own : other;
    }
}
