using Sampan.Faults;

namespace Sampan.Linux.Seccomp;

/// <summary>What the filter answers: SECCOMP_RET_* with its data, linux/seccomp.h.</summary>
internal readonly record struct SeccompAction(uint Value)
{
    private const uint Errno = 0x00050000, Trace = 0x7ff00000, ActionMask = 0xffff0000;
    private const uint EPERM = 1, ENOSYS = 38, MaximumErrno = 4095;

    /// <summary>Every action that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY",
        "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
    ];

    /// <summary>What a call of an architecture that is not in the profile gets, as with libseccomp.</summary>
    public static SeccompAction Kill => new(0);

    public static SeccompAction NoSuchCall => new(Errno | ENOSYS);

    public bool IsNotify => Value == 0x7fc00000;

    /// <summary>Lets a call through, or to somebody who may emulate it: then a call unknown to the profile is answered the same.</summary>
    public bool IsPermissive => (Value & ActionMask) is 0x7fff0000 or 0x7ffc0000 or Trace || this == NoSuchCall;

    /// <param name="errnoRet">For ERRNO and TRACE; EPERM when null.</param>
    /// <exception cref="FaultException">InvalidArgument: unknown action, or an errno where none belongs.</exception>
    public static SeccompAction Parse(string name, uint? errnoRet)
    {
        uint value = name switch
        {
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
            "SCMP_ACT_KILL_PROCESS" => 0x80000000,
            "SCMP_ACT_TRAP" => 0x00030000,
            "SCMP_ACT_ERRNO" => Errno,
            "SCMP_ACT_TRACE" => Trace,
            "SCMP_ACT_NOTIFY" => 0x7fc00000,
            "SCMP_ACT_LOG" => 0x7ffc0000,
            "SCMP_ACT_ALLOW" => 0x7fff0000,
            _ => throw new FaultException(FaultKind.InvalidArgument, $"string {name} is not a valid action for seccomp"),
        };
        if (value is not (Errno or Trace))
            return errnoRet is null ? new(value) : throw new FaultException(FaultKind.InvalidArgument, $"invalid seccomp rule: errnoRet is not allowed with action {name}");
        // The kernel cuts larger ones to this (linux/seccomp.h, MAX_ERRNO); a program would see another error than was asked for.
        if (value == Errno && errnoRet > MaximumErrno || errnoRet > 0xffff)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid seccomp rule: errnoRet {errnoRet} is out of range");
        return new(value | (errnoRet ?? EPERM));
    }
}
