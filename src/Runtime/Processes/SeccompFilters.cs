using Sampan.Faults;
using Sampan.Linux.Seccomp;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>linux.seccomp as a program for the kernel, from the cache when it was compiled before.</summary>
internal static class SeccompFilters
{
    /// <exception cref="FaultException">InvalidArgument: a part of the profile that cannot be honoured.</exception>
    internal static SeccompProgram? For(LinuxSpec? linux, string cacheDirectory)
    {
        if (linux is null) return null;
        ReadOnlyMemory<byte> json = linux.SeccompJson;
        SeccompProgram? program = !json.IsEmpty ? new SeccompCache(cacheDirectory).Get(json.Span, () => RuntimeSpecReader.ReadSeccomp(json.Span))
            : linux.Seccomp is { } profile ? SeccompCompiler.Compile(profile) : null;
        if (program?.NeedsListener == true && string.IsNullOrEmpty(Profile(linux)!.ListenerPath))
            throw new FaultException(FaultKind.InvalidArgument, "SCMP_ACT_NOTIFY in linux.seccomp needs somebody who answers: set linux.seccomp.listenerPath");
        return program;
    }

    /// <summary>Parsed anew when it came unparsed: only who has to know more than its program asks.</summary>
    internal static Seccomp? Profile(LinuxSpec? linux)
        => linux is null ? null : linux.Seccomp ?? (linux.SeccompJson.IsEmpty ? null : RuntimeSpecReader.ReadSeccomp(linux.SeccompJson.Span));
}
