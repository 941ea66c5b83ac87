using System.Runtime.InteropServices;
using Sampan.Faults;

namespace Sampan.Linux.Seccomp;

/// <summary>The architectures whose numbers we know, in the order of <see cref="SyscallNumbers"/>' columns.</summary>
internal enum SeccompArchitecture { X86_64, X86, X32, Aarch64 }

/// <summary>OCI names ("SCMP_ARCH_X86_64") and the kernel's AUDIT_ARCH_* numbers of linux/audit.h.</summary>
internal static class SeccompArchitectures
{
    /// <summary>Or-ed to the numbers of x32 calls, which arrive with x86-64's audit number.</summary>
    public const uint X32SyscallBit = 0x40000000;

    /// <summary>Every name that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32",
        "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
        "SCMP_ARCH_PPC64LE", "SCMP_ARCH_RISCV64", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_X32", "SCMP_ARCH_X86",
        "SCMP_ARCH_X86_64",
    ];

    public static SeccompArchitecture Native => RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? SeccompArchitecture.Aarch64 : SeccompArchitecture.X86_64;

    public static uint AuditNumber(SeccompArchitecture architecture) => architecture switch
    {
        SeccompArchitecture.X86_64 or SeccompArchitecture.X32 => 0xC000003E,
        SeccompArchitecture.X86 => 0x40000003,
        _ => 0xC00000B7,
    };

    /// <summary>Arguments are 32 bits wide; x32's registers are wider, but no call of it takes more.</summary>
    public static bool Is32Bit(SeccompArchitecture architecture) => architecture is SeccompArchitecture.X86 or SeccompArchitecture.X32;

    /// <returns>Null for an architecture that a kernel of ours never runs, or whose numbers we do not know: its calls are killed like those of any other that is not listed.</returns>
    /// <exception cref="FaultException">InvalidArgument: no such architecture.</exception>
    public static SeccompArchitecture? Parse(string name) => name switch
    {
        "SCMP_ARCH_X86_64" => SeccompArchitecture.X86_64,
        "SCMP_ARCH_X86" => SeccompArchitecture.X86,
        "SCMP_ARCH_X32" => SeccompArchitecture.X32,
        "SCMP_ARCH_AARCH64" => SeccompArchitecture.Aarch64,
        "SCMP_ARCH_ARM" or "SCMP_ARCH_MIPS" or "SCMP_ARCH_MIPS64" or "SCMP_ARCH_MIPS64N32" or "SCMP_ARCH_MIPSEL" or "SCMP_ARCH_MIPSEL64"
            or "SCMP_ARCH_MIPSEL64N32" or "SCMP_ARCH_PPC" or "SCMP_ARCH_PPC64" or "SCMP_ARCH_PPC64LE" or "SCMP_ARCH_S390" or "SCMP_ARCH_S390X"
            or "SCMP_ARCH_PARISC" or "SCMP_ARCH_PARISC64" or "SCMP_ARCH_RISCV64" or "SCMP_ARCH_LOONGARCH64" or "SCMP_ARCH_M68K"
            or "SCMP_ARCH_SH" or "SCMP_ARCH_SHEB" => null,
        _ => throw new FaultException(FaultKind.InvalidArgument, $"string {name} is not a valid arch for seccomp"),
    };
}
