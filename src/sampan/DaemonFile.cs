using System.Text.Json;
using Sampan.Faults;

namespace Sampan;

/// <summary>One flag by its long name ("--debug") with its value.</summary>
internal sealed record DaemonFlag(string Name, string Value);

/// <summary>The daemon's configuration file, dockerd's daemon.json: each directive is a flag without its dashes, lists by their plural.
/// https://docs.docker.com/reference/cli/dockerd/#daemon-configuration-file</summary>
internal static class DaemonFile
{
    internal const string DefaultPath = "/etc/sampan/daemon.json";

    private static readonly Dictionary<string, string> Plurals = new(StringComparer.Ordinal)
    {
        ["hosts"] = "host",
        ["insecure-registries"] = "insecure-registry",
        ["registry-mirrors"] = "registry-mirror",
        ["registry-configs"] = "registry-config",
        ["labels"] = "label",
        ["dns-opts"] = "dns-opt",
        ["log-opts"] = "log-opt",
        ["exec-opts"] = "exec-opt",
        ["runtimes"] = "add-runtime",
        ["default-ulimits"] = "default-ulimit",
        ["default-address-pools"] = "default-address-pool",
        ["authorization-plugins"] = "authorization-plugin",
        ["cdi-spec-dirs"] = "cdi-spec-dir",
        ["storage-opts"] = "storage-opt",
    };

    /// <param name="isFlag">Whether there is such a flag.</param>
    /// <returns>Flags with their values; a flag of a list as often as the list is long.</returns>
    /// <exception cref="FaultException">InvalidArgument: unreadable, or with directives that no flag has.</exception>
    internal static IReadOnlyList<DaemonFlag> Read(string path, Func<string, bool> isFlag)
    {
        var flags = new List<DaemonFlag>();
        var strangers = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind is not JsonValueKind.Object) throw Bad(path, "it is no JSON object");
            foreach (var directive in document.RootElement.EnumerateObject())
            {
                string flag = "--" + Plurals.GetValueOrDefault(directive.Name, directive.Name);
                if (directive.Name is "proxies" && directive.Value.ValueKind is JsonValueKind.Object)
                    foreach (var proxy in directive.Value.EnumerateObject()) Add(flags, strangers, "--" + proxy.Name, proxy.Name, proxy.Value, path, isFlag);
                else Add(flags, strangers, flag, directive.Name, directive.Value, path, isFlag);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Bad(path, e.Message);
        }
        return strangers.Count == 0 ? flags : throw Bad(path, $"the following directives don't match any configuration option: {string.Join(", ", strangers)}");
    }

    internal static FaultException Bad(string path, string why) => new(FaultKind.InvalidArgument, $"unable to configure the daemon with file {path}: {why}");

    // "debug": true    "mtu": 1400    "registry-mirrors": ["https://…"]    "log-opts": {"max-size": "10m"}
    private static void Add(List<DaemonFlag> flags, List<string> strangers, string flag, string directive, JsonElement value, string path, Func<string, bool> isFlag)
    {
        if (!isFlag(flag))
        {
            strangers.Add(directive);
            return;
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) flags.Add(new(flag, Text(item, directive, path)));
                break;
            case JsonValueKind.Object:
                foreach (var pair in value.EnumerateObject()) flags.Add(new(flag, $"{pair.Name}={Text(pair.Value, directive, path)}"));
                break;
            default:
                flags.Add(new(flag, Text(value, directive, path)));
                break;
        }
    }

    private static string Text(JsonElement value, string directive, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => throw Bad(path, $"the directive '{directive}' holds no text, number or truth value"),
    };
}
