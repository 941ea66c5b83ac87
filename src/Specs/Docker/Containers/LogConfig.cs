namespace Sampan.Specs.Docker;

/// <summary>Where a container's output is kept.</summary>
public sealed record LogConfig
{
    /// <summary>The log driver; empty means the daemon's default.</summary>
    public string Type { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, string>? Config { get; init; }
}
