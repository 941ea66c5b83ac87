using System.Text.Json;
using Sampan.Faults;

namespace Sampan.Cli.Containers;

/// <summary>The proxies of ~/.docker/config.json, which containers get as environment variables, in both cases of their names.</summary>
internal static class ContainerProxies
{
    /// <summary>The file's member, and the variable.</summary>
    private static readonly string[][] Variables =
        [["httpProxy", "HTTP_PROXY"], ["httpsProxy", "HTTPS_PROXY"], ["noProxy", "NO_PROXY"], ["ftpProxy", "FTP_PROXY"], ["allProxy", "ALL_PROXY"]];

    /// <summary>What the command line sets, or names to leave out, stays as it is.</summary>
    /// <exception cref="FaultException">InvalidArgument: the file is broken.</exception>
    public static IReadOnlyList<string> AddTo(IReadOnlyList<string> environment, Surroundings surroundings)
    {
        string path = Path.Combine(surroundings.ConfigFolder, "config.json");
        if (!File.Exists(path)) return environment;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (!document.RootElement.TryGetProperty("proxies", out var proxies)) return environment;
            // The engine's own entry before the one for all engines.
            if (!proxies.TryGetProperty(surroundings.Engine.Address.Text, out var own) && !proxies.TryGetProperty("default", out own)) return environment;
            var names = environment.Select(variable => variable.Split('=', 2)[0]).ToHashSet(StringComparer.Ordinal);
            var all = new List<string>(environment);
            foreach (string[] pair in Variables)
            {
                if (!own.TryGetProperty(pair[0], out var value) || value.GetString() is not { Length: > 0 } proxy) continue;
                foreach (string name in (string[])[pair[1], pair[1].ToLowerInvariant()])
                    if (names.Add(name)) all.Add($"{name}={proxy}");
            }
            return all;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"cannot read the proxies in '{path}': {broken.Message}", broken);
        }
    }
}
