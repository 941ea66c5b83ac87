using System.Globalization;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>The Dockerfile instructions that <c>docker import --change</c> and <c>docker commit --change</c> take: those which only set the config. Dockerfile reference.</summary>
internal static class ConfigChanges
{
    /// <exception cref="FaultException">InvalidArgument: unknown or malformed.</exception>
    internal static ExecutionConfig Apply(ExecutionConfig config, IReadOnlyList<string> changes)
    {
        if (changes.Count == 0) return config;
        IReadOnlyList<string> instructions = InstructionLines.Of(changes);
        if (instructions.Count == 0) throw Invalid("file with no instructions");
        bool commandGiven = false;
        foreach (string change in instructions)
        {
            string instruction = InstructionOf(change);
            config = Apply(config, change);
            commandGiven |= instruction == "CMD";
            // The command was made for the entrypoint before.
            if (instruction == "ENTRYPOINT" && !commandGiven) config = config with { Cmd = null };
        }
        return config;
    }

    private static string InstructionOf(string change)
    {
        int space = change.AsSpan().IndexOfAny(' ', '\t');
        return (space < 0 ? change : change[..space]).ToUpperInvariant();
    }

    /// <summary>As it is written.</summary>
    private static string NameOf(string change)
    {
        int space = change.AsSpan().IndexOfAny(' ', '\t');
        return space < 0 ? change : change[..space];
    }

    private static ExecutionConfig Apply(ExecutionConfig config, string change)
    {
        int space = change.AsSpan().IndexOfAny(' ', '\t');
        string instruction = InstructionOf(change);
        string rest = space < 0 ? "" : change[space..].Trim();
        if (rest.Length == 0 && Takes(instruction)) throw Invalid($"{instruction} requires {(instruction is "USER" or "WORKDIR" or "STOPSIGNAL" ? "exactly" : "at least")} one argument");
        return instruction switch
        {
            "CMD" => config with { Cmd = Command(rest) },
            "ENTRYPOINT" => config with { Entrypoint = Command(rest) },
            "ENV" => config with { Env = WithEnvironment(config.Env, InstructionWords.Pairs(instruction, rest, config.Env)) },
            "EXPOSE" => config with { ExposedPorts = Set(config.ExposedPorts, InstructionWords.Split(rest, config.Env).SelectMany(Ports)) },
            "HEALTHCHECK" => config with { Healthcheck = HealthcheckInstruction.Parse(rest, Command) },
            "LABEL" => config with { Labels = WithLabels(config.Labels, InstructionWords.Pairs(instruction, rest, config.Env)) },
            "ONBUILD" => config with { OnBuild = [.. config.OnBuild ?? [], Trigger(rest)] },
            "STOPSIGNAL" => config with { StopSignal = Expanded(rest, config) },
            "USER" => config with { User = Expanded(rest, config) },
            "VOLUME" => config with { Volumes = Set(config.Volumes, InstructionWords.JsonArray(rest) ?? InstructionWords.Split(rest, config.Env)) },
            "WORKDIR" => config with { WorkingDir = Directory(config.WorkingDir, Expanded(rest, config)) },
            _ => throw Invalid($"{NameOf(change)} is not a valid change command"),
        };
    }

    private static bool Takes(string instruction) => instruction is "CMD" or "ENTRYPOINT" or "ENV" or "EXPOSE" or "HEALTHCHECK" or "LABEL" or "ONBUILD" or "STOPSIGNAL" or "USER" or "VOLUME" or "WORKDIR";

    private static string Trigger(string rest) => InstructionOf(rest) switch
    {
        "ONBUILD" => throw Invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        "MAINTAINER" or "FROM" => throw Invalid($"{InstructionOf(rest)} isn't allowed as an ONBUILD trigger"),
        _ => rest,
    };

    private static string Expanded(string rest, ExecutionConfig config) => string.Join(' ', InstructionWords.Split(rest, config.Env));

    internal static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);

    /// <summary>Exec form as it is; shell form by /bin/sh -c.</summary>
    private static IReadOnlyList<string> Command(string rest) => InstructionWords.JsonArray(rest) ?? ["/bin/sh", "-c", rest];

    private static IReadOnlyList<string> WithEnvironment(IReadOnlyList<string>? environment, IEnumerable<(string Name, string Value)> pairs)
    {
        var result = (environment ?? []).ToList();
        foreach (var (name, value) in pairs)
        {
            int at = result.FindIndex(line => line.StartsWith(name + "=", StringComparison.Ordinal));
            if (at < 0) result.Add($"{name}={value}");
            else result[at] = $"{name}={value}";
        }
        return result;
    }

    private static Dictionary<string, string> WithLabels(IReadOnlyDictionary<string, string>? labels, IEnumerable<(string Name, string Value)> pairs)
    {
        var result = new Dictionary<string, string>(labels ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        foreach (var (name, value) in pairs) result[name] = value;
        return result;
    }

    private static Dictionary<string, EmptyObject> Set(IReadOnlyDictionary<string, EmptyObject>? set, IEnumerable<string> keys)
    {
        var result = new Dictionary<string, EmptyObject>(set ?? new Dictionary<string, EmptyObject>(), StringComparer.Ordinal);
        foreach (string key in keys) result[key] = new EmptyObject();
        return result;
    }

    // 80, 443/tcp, 8000-8010/udp
    private static IEnumerable<string> Ports(string word)
    {
        string[] parts = word.Split('/');
        string protocol = parts.Length == 2 ? parts[1].ToLowerInvariant() : "tcp";
        string[] range = parts[0].Split('-');
        if (parts.Length > 2 || range.Length > 2 || protocol is not ("tcp" or "udp" or "sctp")
            || !ushort.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
            || !ushort.TryParse(range[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last) || last < first)
            throw Invalid($"invalid containerPort: {word}");
        return Enumerable.Range(first, last - first + 1).Select(port => $"{port.ToString(CultureInfo.InvariantCulture)}/{protocol}");
    }

    private static string Directory(string? current, string path) =>
        Path.GetFullPath(path, string.IsNullOrEmpty(current) ? "/" : current) is { Length: > 1 } full ? full.TrimEnd('/') : "/";
}
