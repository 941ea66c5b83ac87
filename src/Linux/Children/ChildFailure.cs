using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>A child could not get as far as its program.</summary>
/// <param name="step">What it was doing: "cannot set the host name"; or the whole story when no call failed.</param>
public sealed class ChildFailure(Errno errno, string step) : FaultException(LinuxException.KindOf(errno), Text(errno, step))
{
    /// <summary>None when the child ended without a word.</summary>
    public Errno Errno { get; } = errno;

    public string Step { get; } = step;

    private static string Text(Errno errno, string step)
    {
        if (errno == Errno.None) return step;
        // A program that failed is told with what it wrote to standard error, in runc's words.
        int line = step.IndexOf('\n');
        if (line >= 0) return $"{Text(errno, step[..line])}, stdout: , stderr: {step[(line + 1)..].Trim()}";
        int status = (int)errno - ChildReport.ExitStatuses;
        return status < 0 ? $"{step}: {LinuxException.Text(errno)}"
            : $"{step}: {((status & 0x7f) != 0 ? new ExitStatus(true, status & 0x7f) : new ExitStatus(false, status >> 8)).Text}";
    }
}
