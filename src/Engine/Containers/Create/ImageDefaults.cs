using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine.Containers.Create;

/// <summary>Completes what was asked for by what the image says: the request wins, maps are united.</summary>
internal static class ImageDefaults
{
    /// <exception cref="FaultException">InvalidArgument: neither says what to run.</exception>
    public static ContainerConfig Merge(ContainerConfig asked, ExecutionConfig? image)
    {
        image ??= new ExecutionConfig();
        bool ownEntrypoint = asked.Entrypoint is { Count: > 0 };
        bool ownCommand = asked.Cmd is { Count: > 0 };
        var command = ownEntrypoint || ownCommand ? asked.Cmd : image.Cmd;
        var entrypoint = ownEntrypoint ? asked.Entrypoint : asked.Entrypoint ?? image.Entrypoint;
        // --entrypoint "" clears the image's.
        if (entrypoint is [""])
            entrypoint = null;
        if (entrypoint is not { Count: > 0 } && command is not { Count: > 0 })
            throw new FaultException(FaultKind.InvalidArgument, "no command specified");
        return asked with
        {
            User = asked.User.Length > 0 ? asked.User : image.User ?? "",
            Entrypoint = entrypoint,
            Cmd = command,
            ArgsEscaped = asked.ArgsEscaped || (!ownEntrypoint && !ownCommand && image.ArgsEscaped is true),
            Env = image.Env is { Count: > 0 } variables ? MergeEnvironment(asked.Env ?? [], variables) : asked.Env,
            Labels = MergeLabels(asked.Labels, image.Labels),
            ExposedPorts = Union(asked.ExposedPorts, image.ExposedPorts?.Keys),
            Volumes = Union(asked.Volumes, image.Volumes?.Keys),
            WorkingDir = asked.WorkingDir.Length > 0 ? asked.WorkingDir : image.WorkingDir ?? "",
            StopSignal = asked.StopSignal ?? image.StopSignal,
            StopTimeout = asked.StopTimeout ?? image.StopTimeout,
            Healthcheck = MergeHealthcheck(asked.Healthcheck, image.Healthcheck),
            Shell = asked.Shell ?? image.Shell,
            OnBuild = asked.OnBuild,
        };
    }

    // The request's variables first, then those of the image that it does not name: Docker's order.
    private static IReadOnlyList<string> MergeEnvironment(IReadOnlyList<string> asked, IReadOnlyList<string> image)
    {
        static string NameOf(string variable) => variable.Split('=', 2)[0];
        var named = asked.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var merged = new List<string>(asked);
        merged.AddRange(image.Where(variable => !named.Contains(NameOf(variable))));
        return merged;
    }

    private static IReadOnlyDictionary<string, string> MergeLabels(IReadOnlyDictionary<string, string>? asked, IReadOnlyDictionary<string, string>? image)
    {
        var merged = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in image ?? new Dictionary<string, string>())
            merged[name] = value;
        foreach (var (name, value) in asked ?? new Dictionary<string, string>())
            merged[name] = value;
        return merged;
    }

    private static IReadOnlyDictionary<string, Specs.Docker.EmptyObject>? Union(IReadOnlyDictionary<string, Specs.Docker.EmptyObject>? asked, IEnumerable<string>? image)
    {
        var keys = (asked?.Keys ?? []).Concat(image ?? []).Distinct().Order(StringComparer.Ordinal).ToArray();
        return keys.Length == 0 ? null : keys.ToDictionary(key => key, _ => default(Specs.Docker.EmptyObject));
    }

    private static HealthConfig? MergeHealthcheck(HealthConfig? asked, HealthcheckConfig? image)
    {
        if (image?.Test is not { Count: > 0 })
            return asked;
        asked ??= new HealthConfig();
        return asked with
        {
            Test = asked.Test ?? image.Test,
            Interval = asked.Interval != 0 ? asked.Interval : image.Interval ?? 0,
            Timeout = asked.Timeout != 0 ? asked.Timeout : image.Timeout ?? 0,
            StartPeriod = asked.StartPeriod != 0 ? asked.StartPeriod : image.StartPeriod ?? 0,
            StartInterval = asked.StartInterval != 0 ? asked.StartInterval : image.StartInterval ?? 0,
            Retries = asked.Retries != 0 ? asked.Retries : image.Retries ?? 0,
        };
    }
}
