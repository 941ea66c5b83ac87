using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Processes;

/// <summary>A terminal belongs to the user of its process and to the group tty, so that the process may open it again and mesg(1) works.</summary>
internal static class TerminalOwner
{
    private const uint Tty = 5;

    internal static void Set(Pty pty, LinuxSpec? linux, UserSpec user)
    {
        uint uid = IdMaps.OnHost(linux?.UidMappings, user.Uid);
        // Where the group is not mapped, or we may not give files away, the terminal stays ours, and so the container root's.
        if (Libc.fchown(pty.Peer.Fd(), uid, IdMaps.OnHost(linux?.GidMappings, Tty)) < 0) Libc.fchown(pty.Peer.Fd(), uid, uint.MaxValue);
    }
}
