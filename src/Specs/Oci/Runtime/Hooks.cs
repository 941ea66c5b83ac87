namespace Sampan.Specs.Oci.Runtime;

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md § POSIX-platform hooks.</summary>
public sealed record Hooks
{
    /// <summary>Deprecated by the specification, still run: before createRuntime's hooks.</summary>
    public IReadOnlyList<Hook>? Prestart { get; init; }
    public IReadOnlyList<Hook>? CreateRuntime { get; init; }
    public IReadOnlyList<Hook>? CreateContainer { get; init; }
    public IReadOnlyList<Hook>? StartContainer { get; init; }
    public IReadOnlyList<Hook>? Poststart { get; init; }
    public IReadOnlyList<Hook>? Poststop { get; init; }
}

/// <summary>A program that gets the container's state on its standard input.</summary>
public sealed record Hook
{
    public required string Path { get; init; }
    public IReadOnlyList<string>? Args { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    /// <summary>Seconds, above 0.</summary>
    public int? Timeout { get; init; }
}
