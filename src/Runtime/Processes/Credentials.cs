using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Children;
using Sampan.Linux.Native;
using Sampan.Linux.Seccomp;
using Sampan.Runtime.Rootless;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>The steps by which a process becomes who its spec says: ids, groups, capabilities, and the filter on its system calls.
/// Their order is the point: each step needs what a later one takes away.</summary>
internal sealed unsafe class Credentials
{
    private const int PR_SET_KEEPCAPS = 8, PR_CAP_AMBIENT_RAISE = 2, PR_CAP_AMBIENT_CLEAR_ALL = 4, SECCOMP_SET_MODE_FILTER = 1;
    private readonly ProcessSpec _process;
    private readonly SeccompProgram? _seccomp;
    private readonly ulong _bounding, _effective, _permitted, _inheritable, _ambient;
    private readonly bool _inUserNamespace;

    /// <param name="warn">Hears of capabilities that we do not have ourselves, and so cannot give.</param>
    internal Credentials(ProcessSpec process, SeccompProgram? seccomp, bool inUserNamespace, Action<string>? warn)
    {
        (_process, _seccomp, _inUserNamespace) = (process, seccomp, inUserNamespace);
        CapabilitiesSpec? sets = process.Capabilities;
        ulong ours = inUserNamespace ? ulong.MaxValue : Capabilities.Permitted();
        HashSet<string> unknown = [];
        ulong permitted = Capabilities.Mask(sets?.Permitted, unknown);
        _bounding = Capabilities.Mask(sets?.Bounding, unknown);
        _permitted = permitted & ours;
        _effective = Capabilities.Mask(sets?.Effective, unknown) & ours;
        _inheritable = Capabilities.Mask(sets?.Inheritable, unknown) & ours;
        // The kernel takes into the ambient set what is both permitted and inheritable; what runc's own configs ask for besides, it passes over too.
        ulong ambient = Capabilities.Mask(sets?.Ambient, unknown);
        _ambient = ambient & _permitted & _inheritable;
        if (unknown.Count > 0) warn?.Invoke($"ignoring unknown or unavailable capabilities: [{string.Join(' ', unknown)}]");
        Warn(permitted & ~ours, "{0} is not given to the container: this process does not have it", warn);
        Warn(ambient & ours & ~_ambient, "can't raise ambient capability {0}: it is not both permitted and inheritable", warn);
    }

    private static void Warn(ulong missing, string why, Action<string>? warn)
    {
        for (int number = 0; number < Capabilities.All.Count; number++)
            if ((missing & (1UL << number)) != 0) warn?.Invoke(why.Replace("{0}", Capabilities.Name(number)));
    }

    /// <summary>Bounding set, groups and ids. Capabilities survive the change of ids.</summary>
    internal void AddIdentity(ChildPlan plan)
    {
        int last = Capabilities.Last();
        for (int number = 0; number <= last; number++)
            if ((_bounding & (1UL << number)) == 0)
                plan.Call($"cannot drop {Capabilities.Name(number)} from the bounding set", SyscallNumber.prctl, Libc.PR_CAPBSET_DROP, number).Tolerating(Errno.EINVAL);
        plan.Call("cannot keep capabilities over the change of user", SyscallNumber.prctl, PR_SET_KEEPCAPS, 1);
        UserSpec user = _process.User;
        uint[] groups = [.. user.AdditionalGids ?? []];
        // In a user namespace whose setgroups is denied (rootless), asking for no groups is refused too.
        plan.Call("cannot set the additional groups", SyscallNumber.setgroups, groups.Length, plan.Copy<uint>(groups))
            .Tolerating((_inUserNamespace || InnerRuntime.IsThis) && groups.Length == 0 ? Errno.EPERM : Errno.None);
        plan.Call($"cannot set group id {user.Gid}", SyscallNumber.setresgid, (long)user.Gid, (long)user.Gid, (long)user.Gid);
        plan.Call($"cannot set user id {user.Uid}", SyscallNumber.setresuid, (long)user.Uid, (long)user.Uid, (long)user.Uid);
        plan.Call("cannot set the umask", SyscallNumber.umask, (int)(user.Umask ?? 0x12 /* 022 */));
    }

    /// <summary>The program is looked for with the rights to files that it is executed with: the change of ids has emptied the effective set.</summary>
    internal void AddRightsOfSearch(ChildPlan plan)
    {
        const ulong CAP_DAC_OVERRIDE = 1UL << 1, CAP_DAC_READ_SEARCH = 1UL << 2;
        ulong rights = _effective & (CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH);
        if (_process.User.Uid == 0 || rights == 0) return;
        plan.Call("cannot raise the capabilities to find the program", SyscallNumber.capset, plan.Copy<uint>(Capabilities.Header),
            plan.Copy<uint>(Capabilities.Sets(rights, OfRuntime(), _inheritable)));
    }

    // What the process still has of ours before its own sets are in force.
    private ulong OfRuntime() => _inUserNamespace ? ulong.MaxValue >> (64 - Capabilities.All.Count) : Capabilities.Permitted();

    /// <summary>The last steps before execve. Without no_new_privs the filter needs CAP_SYS_ADMIN, so it comes before the final capabilities;
    /// with it, it comes last, and need not allow what sets them.</summary>
    internal void AddPrivileges(ChildPlan plan)
    {
        bool noNewPrivileges = _process.NoNewPrivileges == true;
        uint* header = plan.Copy<uint>(Capabilities.Header);
        if (noNewPrivileges) plan.Call("cannot set no_new_privs", SyscallNumber.prctl, Libc.PR_SET_NO_NEW_PRIVS, 1);
        else AddSeccomp(plan, header);
        plan.Call("cannot set the capabilities", SyscallNumber.capset, header, plan.Copy<uint>(Capabilities.Sets(_effective, _permitted, _inheritable)));
        plan.Call("cannot clear the ambient capabilities", SyscallNumber.prctl, Libc.PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL).Tolerating(Errno.EINVAL);
        for (int number = 0; number < Capabilities.All.Count; number++)
            if ((_ambient & (1UL << number)) != 0)
                plan.Call($"cannot raise the ambient capability {Capabilities.Name(number)}", SyscallNumber.prctl, Libc.PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number);
        if (noNewPrivileges) AddSeccomp(plan, header);
    }

    private void AddSeccomp(ChildPlan plan, uint* header)
    {
        if (_seccomp is null) return;
        if (_process.NoNewPrivileges != true)
        {
            // The change of ids has emptied the effective set.
            ulong admin = 1UL << 21, wanted = _permitted | _inheritable | _effective | admin | (1UL << 8);
            ulong ours = OfRuntime();
            plan.Call("cannot raise CAP_SYS_ADMIN for the seccomp filter", SyscallNumber.capset, header,
                plan.Copy<uint>(Capabilities.Sets(wanted & ours, wanted & ours, _inheritable)));
        }
        ReadOnlySpan<byte> program = _seccomp.Code.Span;
        SockFilterProgram* filter = (SockFilterProgram*)plan.Allocate(sizeof(SockFilterProgram));
        *filter = new() { Length = (ushort)_seccomp.Length, Instructions = plan.Copy(program) };
        ref StepOptions load = ref plan.Call("cannot load the seccomp filter", SyscallNumber.seccomp, SECCOMP_SET_MODE_FILTER, (long)_seccomp.Flags, filter);
        if (!_seccomp.NeedsListener) return;
        Slot listener = plan.NewSlot();
        load.Into(listener);
        plan.HandOverListener(listener);
    }

    /// <summary>struct sock_fprog of linux/filter.h.</summary>
    private struct SockFilterProgram
    {
        public ushort Length;
        public byte* Instructions;
    }
}
