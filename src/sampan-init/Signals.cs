namespace Sampan.Init;

/// <summary>Signals that are handed on to the command: all that can be caught, but those that are about process 1 itself. signal(7)</summary>
internal static class Signals
{
    // Not here: faults of our own (ILL, TRAP, ABRT, BUS, FPE, SEGV), what cannot be caught (KILL, STOP), PIPE, CHLD, TTIN, TTOU.
    //                                      HUP INT QUIT USR1 USR2 ALRM TERM STKFLT CONT TSTP URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS
    public static readonly int[] Forwarded = [1, 2, 3, 10, 12, 14, 15, 16, 18, 20, 23, 24, 25, 26, 27, 28, 29, 30, 31];
}
