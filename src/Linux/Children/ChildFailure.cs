using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>A child could not get as far as its program.</summary>
/// <param name="step">What it was doing: "cannot set the host name"; or the whole story when no call failed.</param>
public sealed class ChildFailure(Errno errno, string step)
    : FaultException(LinuxException.KindOf(errno), errno == Errno.None ? step : $"{step}: {LinuxException.Text(errno)}")
{
    /// <summary>None when the child ended without a word.</summary>
    public Errno Errno { get; } = errno;

    public string Step { get; } = step;
}
