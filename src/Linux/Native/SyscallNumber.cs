namespace Sampan.Linux.Native;

/// <summary>System calls that go by number: those without a wrapper in every libc, and all that run between clone and exec. x86-64.</summary>
public static class SyscallNumber
{
    public const int
        read = 0, write = 1, close = 3, poll = 7, rt_sigaction = 13, rt_sigprocmask = 14, ioctl = 16, pread64 = 17, socket = 41, sendto = 44, recvmsg = 47,
        execve = 59, wait4 = 61, kill = 62, getcwd = 79, chdir = 80, fchdir = 81, fchown = 93, umask = 95, setsid = 112,
        setgroups = 116, setresuid = 117, setresgid = 119, setfsuid = 122, setfsgid = 123, capset = 126, personality = 135, statfs = 137, pivot_root = 155, prctl = 157, chroot = 161,
        sethostname = 170, setdomainname = 171, geteuid = 107, sched_setaffinity = 203, sched_getaffinity = 204, exit_group = 231, set_mempolicy = 238, keyctl = 250, ioprio_set = 251, openat = 257,
        unshare = 272, accept4 = 288, signalfd4 = 289, dup3 = 292, setns = 308, prlimit64 = 302, sched_setattr = 314, seccomp = 317, execveat = 322, statx = 332, pidfd_send_signal = 424,
        open_tree = 428, move_mount = 429, fsopen = 430, fsconfig = 431, fsmount = 432, fspick = 433, pidfd_open = 434, clone3 = 435,
        close_range = 436, openat2 = 437, pidfd_getfd = 438, faccessat2 = 439, mount_setattr = 442;
}
