namespace Sampan.Specs.Oci.Runtime;

/// <summary>A system call filter. https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md § Seccomp.</summary>
public sealed record Seccomp
{
    /// <summary>"SCMP_ACT_ERRNO" and the like.</summary>
    public required string DefaultAction { get; init; }
    public uint? DefaultErrnoRet { get; init; }
    /// <summary>"SCMP_ARCH_X86_64" and the like.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }
    /// <summary>"SECCOMP_FILTER_FLAG_LOG" and the like.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
    public string? ListenerPath { get; init; }
    public string? ListenerMetadata { get; init; }
    public IReadOnlyList<SeccompSyscall>? Syscalls { get; init; }
}

/// <summary>One rule: the names, and the argument conditions that must all hold.</summary>
public sealed record SeccompSyscall
{
    public required IReadOnlyList<string> Names { get; init; }
    public required string Action { get; init; }
    public uint? ErrnoRet { get; init; }
    public IReadOnlyList<SeccompArgument>? Args { get; init; }
}

public sealed record SeccompArgument
{
    /// <summary>0 to 5.</summary>
    public uint Index { get; init; }
    public ulong Value { get; init; }
    /// <summary>The value compared with when <see cref="Op"/> is SCMP_CMP_MASKED_EQ (then <see cref="Value"/> is the mask).</summary>
    public ulong? ValueTwo { get; init; }
    /// <summary>"SCMP_CMP_EQ" and the like.</summary>
    public required string Op { get; init; }
}
