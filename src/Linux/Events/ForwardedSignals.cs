namespace Sampan.Linux.Events;

/// <summary>The signals that a program in the foreground passes on to the process it stands in for: HUP INT QUIT USR1 USR2 ALRM TERM CONT TSTP TTIN TTOU VTALRM PROF
/// IO, all that a program may be sent to do something, and WINCH, which says that the terminal has another size. signal(7)
/// The program's initializer blocks them, so that no thread of .NET's runtime takes one (<see cref="SignalDescriptor"/>); Main lets them
/// in again, in its own thread, until there is a process to pass them on to.</summary>
public static class ForwardedSignals
{
    public const int SIGINT = 2, SIGQUIT = 3, SIGTSTP = 20, SIGTTIN = 21, SIGTTOU = 22, SIGWINCH = 28;

    public static ReadOnlySpan<int> All => [1, SIGINT, SIGQUIT, 10, 12, 14, 15, 18, SIGTSTP, SIGTTIN, SIGTTOU, 26, 27, SIGWINCH, 29];

    /// <summary>The same as a kernel's sigset_t: signal n is bit n - 1.</summary>
    internal const ulong Mask = 1UL << 0 | 1UL << 1 | 1UL << 2 | 1UL << 9 | 1UL << 11 | 1UL << 13 | 1UL << 14 | 1UL << 17 | 1UL << 19 | 1UL << 20 | 1UL << 21 | 1UL << 25 | 1UL << 26 | 1UL << 27 | 1UL << 28;

    /// <summary>In the calling thread they do what they do by default, again.</summary>
    public static void Unblock() => SignalDescriptor.SetBlocked(All, blocked: false);

    /// <summary>In the calling thread they wait to be taken from a <see cref="SignalDescriptor"/>.</summary>
    public static void Block() => SignalDescriptor.SetBlocked(All, blocked: true);
}
