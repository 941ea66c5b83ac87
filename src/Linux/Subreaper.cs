using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A process that inherits the orphans among its descendants. prctl(2) PR_SET_CHILD_SUBREAPER</summary>
public static class Subreaper
{
    /// <exception cref="LinuxException">prctl(2).</exception>
    public static void Become()
    {
        if (Libc.prctl(Libc.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
            throw LinuxException.FromLastError("prctl", "cannot become the subreaper");
    }
}
