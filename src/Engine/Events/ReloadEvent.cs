using System.Globalization;
using System.Text.Json;

namespace Sampan.Engine.Events;

/// <summary>What the event <c>reload</c> of the daemon tells, with dockerd's names: lists and numbers as JSON.</summary>
internal static class ReloadEvent
{
    internal static IReadOnlyDictionary<string, string> AttributesOf(DaemonOptions options) => new Dictionary<string, string>
    {
        ["name"] = Environment.MachineName,
        ["debug"] = options.Debug ? "true" : "false",
        ["labels"] = List(options.Labels),
        ["insecure-registries"] = List(options.InsecureRegistries),
        ["registry-mirrors"] = List(options.RegistryMirrors),
        ["max-concurrent-downloads"] = Number(options.MaxConcurrentDownloads),
        ["max-concurrent-uploads"] = Number(options.MaxConcurrentUploads),
        ["max-download-attempts"] = Number(options.MaxDownloadAttempts),
        ["live-restore"] = "true",
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // ["a","b"]
    private static string List(IReadOnlyList<string> values) => $"[{string.Join(',', values.Select(value => $"\"{JsonEncodedText.Encode(value)}\""))}]";
}
