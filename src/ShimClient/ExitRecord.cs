using System.Globalization;
using System.Text;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Linux;

namespace Sampan.ShimClient;

/// <summary>What a shim leaves in <c>exit.json</c> of the bundle when its container has ended.</summary>
public sealed record ExitRecord
{
    public const string FileName = "exit.json";

    /// <summary>0–255; 128 + signal when a signal ended it.</summary>
    public required int ExitStatus { get; init; }

    public required DateTimeOffset ExitedAt { get; init; }

    /// <summary>The kernel's OOM killer struck inside the container.</summary>
    public bool OomKilled { get; init; }

    /// <returns>Null when there is none: the container has not ended, or its shim was killed.</returns>
    /// <exception cref="FaultException">Internal: the record is damaged.</exception>
    public static ExitRecord? Read(string bundle)
    {
        string path = $"{bundle}/{FileName}";
        return File.Exists(path) ? Parse(File.ReadAllBytes(path), path) : null;
    }

    internal static void Write(string bundle, TaskExit exit) => Files.Replace($"{bundle}/{FileName}", Encoding.UTF8.GetBytes(
        $"{{\"exitStatus\":{exit.ExitStatus.ToString(CultureInfo.InvariantCulture)},\"exitedAt\":\"{exit.ExitedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture)}\",\"oomKilled\":{(exit.OomKilled ? "true" : "false")}}}\n"));

    private static ExitRecord Parse(byte[] json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return new ExitRecord
            {
                ExitStatus = document.RootElement.GetProperty("exitStatus").GetInt32(),
                ExitedAt = document.RootElement.GetProperty("exitedAt").GetDateTimeOffset(),
                OomKilled = document.RootElement.GetProperty("oomKilled").GetBoolean(),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new FaultException(FaultKind.Internal, $"cannot read '{path}': it is not an exit record", e);
        }
    }
}
