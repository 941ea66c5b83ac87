using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine;

/// <summary>A container's config as the config of an image: what means something there.</summary>
internal static class CommittedConfig
{
    public static ExecutionConfig Of(ContainerConfig config) => new()
    {
        User = config.User.Length == 0 ? null : config.User,
        ExposedPorts = Set(config.ExposedPorts?.Keys),
        Env = config.Env,
        Entrypoint = config.Entrypoint,
        Cmd = config.Cmd,
        Volumes = Set(config.Volumes?.Keys),
        WorkingDir = config.WorkingDir.Length == 0 ? null : config.WorkingDir,
        Labels = config.Labels is { Count: > 0 } labels ? labels : null,
        StopSignal = config.StopSignal,
        ArgsEscaped = config.ArgsEscaped ? true : null,
        Healthcheck = config.Healthcheck is not { } health ? null : new HealthcheckConfig
        {
            Test = health.Test,
            Interval = Positive(health.Interval),
            Timeout = Positive(health.Timeout),
            StartPeriod = Positive(health.StartPeriod),
            StartInterval = Positive(health.StartInterval),
            Retries = health.Retries > 0 ? health.Retries : null,
        },
        OnBuild = config.OnBuild is { Count: > 0 } onBuild ? onBuild : null,
        Shell = config.Shell,
        StopTimeout = config.StopTimeout,
    };

    private static Dictionary<string, Specs.Oci.Image.EmptyObject>? Set(IEnumerable<string>? keys) =>
        keys?.ToDictionary(key => key, _ => new Specs.Oci.Image.EmptyObject(), StringComparer.Ordinal);

    private static long? Positive(long nanoseconds) => nanoseconds > 0 ? nanoseconds : null;
}
