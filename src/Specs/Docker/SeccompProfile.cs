using System.Text.Json.Serialization;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Specs.Docker;

/// <summary>A seccomp profile in Docker's own form: an OCI filter whose rules may hold only with some capability, architecture or kernel.
/// docs.docker.com/engine/security/seccomp/</summary>
public sealed record SeccompProfile
{
    [JsonPropertyName("defaultAction")] public string? DefaultAction { get; init; }
    [JsonPropertyName("defaultErrnoRet")] public uint? DefaultErrnoRet { get; init; }
    [JsonPropertyName("architectures")] public IReadOnlyList<string>? Architectures { get; init; }
    /// <summary>In place of <see cref="Architectures"/>: each machine's own, with those whose programs it runs too.</summary>
    [JsonPropertyName("archMap")] public IReadOnlyList<SeccompArchitectures>? ArchMap { get; init; }
    [JsonPropertyName("flags")] public IReadOnlyList<string>? Flags { get; init; }
    [JsonPropertyName("listenerPath")] public string? ListenerPath { get; init; }
    [JsonPropertyName("listenerMetadata")] public string? ListenerMetadata { get; init; }
    [JsonPropertyName("syscalls")] public IReadOnlyList<SeccompProfileRule>? Syscalls { get; init; }
}

public sealed record SeccompArchitectures
{
    /// <summary>"SCMP_ARCH_X86_64" and the like.</summary>
    [JsonPropertyName("architecture")] public string? Architecture { get; init; }
    [JsonPropertyName("subArchitectures")] public IReadOnlyList<string>? SubArchitectures { get; init; }
}

public sealed record SeccompProfileRule
{
    /// <summary>The older form of <see cref="Names"/>.</summary>
    [JsonPropertyName("name")] public string? Name { get; init; }
    [JsonPropertyName("names")] public IReadOnlyList<string>? Names { get; init; }
    [JsonPropertyName("action")] public string? Action { get; init; }
    [JsonPropertyName("errnoRet")] public uint? ErrnoRet { get; init; }
    [JsonPropertyName("args")] public IReadOnlyList<SeccompProfileArgument>? Args { get; init; }
    /// <summary>The rule holds only when all of it is so.</summary>
    [JsonPropertyName("includes")] public SeccompCondition? Includes { get; init; }
    /// <summary>The rule does not hold when any of it is so.</summary>
    [JsonPropertyName("excludes")] public SeccompCondition? Excludes { get; init; }
}

public sealed record SeccompProfileArgument
{
    [JsonPropertyName("index")] public uint Index { get; init; }
    [JsonPropertyName("value")] public ulong Value { get; init; }
    [JsonPropertyName("valueTwo")] public ulong ValueTwo { get; init; }
    [JsonPropertyName("op")] public string? Op { get; init; }
}

public sealed record SeccompCondition
{
    /// <summary>"CAP_SYS_ADMIN" and the like, of the bounding set.</summary>
    [JsonPropertyName("caps")] public IReadOnlyList<string>? Capabilities { get; init; }
    /// <summary>Go's names: "amd64", "arm64", "x86", …</summary>
    [JsonPropertyName("arches")] public IReadOnlyList<string>? Architectures { get; init; }
    /// <summary>"4.8".</summary>
    [JsonPropertyName("minKernel")] public string? MinKernel { get; init; }
}
