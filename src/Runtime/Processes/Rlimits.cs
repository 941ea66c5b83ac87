using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>Resource limits by name. getrlimit(2).</summary>
internal static class Rlimits
{
    private static readonly string[] Names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    /// <exception cref="FaultException">InvalidArgument: no such limit.</exception>
    internal static int Number(string name)
    {
        int number = Array.IndexOf(Names, name);
        return number >= 0 ? number : throw new FaultException(FaultKind.InvalidArgument, $"unknown rlimit type '{name}': expected a name such as RLIMIT_NOFILE");
    }

    internal static string Description(RlimitSpec rlimit) => $"cannot set {rlimit.Type} to soft {rlimit.Soft}, hard {rlimit.Hard}";

    /// <summary>From outside: a process in a user namespace of its own may not raise its limits.</summary>
    /// <exception cref="LinuxException">prlimit(2): EPERM without CAP_SYS_RESOURCE.</exception>
    internal static unsafe void Set(int pid, IReadOnlyList<RlimitSpec>? rlimits)
    {
        foreach (RlimitSpec rlimit in rlimits ?? [])
        {
            Rlimit value = new() { Soft = rlimit.Soft, Hard = rlimit.Hard };
            if (Libc.prlimit64(pid, Number(rlimit.Type), &value, null) < 0) throw LinuxException.FromLastError("prlimit", Description(rlimit));
        }
    }
}
