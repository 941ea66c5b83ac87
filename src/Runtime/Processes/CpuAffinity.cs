using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>process.execCPUAffinity. While this lives, children of this thread are born on given CPUs; it is the thread that has them,
/// since a child that is cloned into its cgroup cannot choose others than the cgroup's any more. sched_setaffinity(2).</summary>
internal sealed unsafe class CpuAffinity : IDisposable
{
    private const int WordCount = 128;
    private readonly ulong[] _before = new ulong[WordCount];

    private CpuAffinity(string cpus)
    {
        ulong[] bits = Parse(cpus);
        fixed (ulong* before = _before, after = bits)
        {
            nint size = Libc.syscall(SyscallNumber.sched_getaffinity, 0, WordCount * sizeof(ulong), (nint)before);
            if (size < 0 || Libc.syscall(SyscallNumber.sched_setaffinity, 0, bits.Length * sizeof(ulong), (nint)after) < 0)
                throw LinuxException.FromLastError("sched_setaffinity", $"cannot set the CPU affinity {cpus}");
        }
    }

    /// <param name="cpus">A list such as "0-3,7"; null or empty changes nothing.</param>
    /// <exception cref="FaultException">InvalidArgument: no such list; LinuxException: EINVAL when none of them can be used.</exception>
    internal static CpuAffinity? Assume(string? cpus) => string.IsNullOrEmpty(cpus) ? null : new(cpus);

    /// <summary>The same from here on, in a child.</summary>
    /// <inheritdoc cref="Assume"/>
    internal static void Set(ChildPlan plan, string? cpus)
    {
        if (string.IsNullOrEmpty(cpus)) return;
        ulong[] bits = Parse(cpus);
        plan.Call($"cannot set the CPU affinity {cpus}", SyscallNumber.sched_setaffinity, 0, bits.Length * sizeof(ulong), plan.Copy<ulong>(bits));
    }

    /// <summary>Every CPU that the cgroup has, whatever the runtime itself was limited to: systemd may have pinned it. Best effort.</summary>
    internal static void Reset(ChildPlan plan)
    {
        byte* all = plan.Allocate(WordCount * sizeof(ulong));
        new Span<byte>(all, WordCount * sizeof(ulong)).Fill(0xff);
        plan.Call("cannot reset the CPU affinity", SyscallNumber.sched_setaffinity, 0, WordCount * sizeof(ulong), all).Tolerating(Errno.EINVAL, Errno.EPERM);
    }

    public void Dispose()
    {
        fixed (ulong* before = _before) Libc.syscall(SyscallNumber.sched_setaffinity, 0, WordCount * sizeof(ulong), (nint)before);
    }

    private static ulong[] Parse(string cpus) => NumberList.Parse(cpus) is { Length: > 0 } parsed ? parsed
        : throw new FaultException(FaultKind.InvalidArgument, $"invalid list of CPUs '{cpus}' in process.execCPUAffinity: expected one such as 0-3,7");
}
