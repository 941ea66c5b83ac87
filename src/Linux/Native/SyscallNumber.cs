namespace Sampan.Linux.Native;

/// <summary>System calls that go by number: those without a wrapper in every libc, and all that run between clone and exec. x86-64.</summary>
public static class SyscallNumber
{
    public const int
        read = 0, write = 1, close = 3, ioctl = 16, dup2 = 33, getpid = 39, exit = 60, kill = 62, fcntl = 72, chdir = 80, fchdir = 81,
        mkdir = 83, symlink = 88, umask = 95, setuid = 105, setgid = 106, setsid = 112, setgroups = 116, setresuid = 117, setresgid = 119,
        personality = 135, prctl = 157, mount = 165, umount2 = 166, sethostname = 170, setdomainname = 171, pivot_root = 155, chroot = 161,
        keyctl = 250, ioprio_set = 251, openat = 257, mkdirat = 258, mknodat = 259, fchownat = 260, unlinkat = 263, symlinkat = 266,
        fchmodat = 268, faccessat = 269, unshare = 272, dup3 = 292, prlimit64 = 302, setns = 308, sched_setattr = 314, seccomp = 317,
        memfd_create = 319, execveat = 322, execve = 59, capset = 126, rt_sigprocmask = 14, rt_sigaction = 13, wait4 = 61, fchown = 93,
        fchmod = 91, gettid = 186, sched_setaffinity = 203, statfs = 137,
        pidfd_send_signal = 424, open_tree = 428, move_mount = 429, fsopen = 430, fsconfig = 431, fsmount = 432, fspick = 433,
        pidfd_open = 434, clone3 = 435, close_range = 436, openat2 = 437, pidfd_getfd = 438, mount_setattr = 442;
}
