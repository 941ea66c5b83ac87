namespace Sampan.Specs.Docker;

/// <summary>One resource limit, setrlimit(2); -1 means unlimited.</summary>
public sealed record Ulimit
{
    /// <summary>"nofile", not "RLIMIT_NOFILE".</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    public long Hard { get; init; }
    public long Soft { get; init; }
}
