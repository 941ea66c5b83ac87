using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Events;
using Sampan.Shim.Logs;

namespace Sampan.Shim;

/// <summary>What a shim has to say to an administrator: lines on stderr, which is <c>shim.log</c> of the bundle. It never fails and never blocks
/// on a regular file.</summary>
internal static class ShimLog
{
    private static readonly SafeFileHandle Stderr = new(2, ownsHandle: false);

    public static void Write(string message)
    {
        Span<byte> time = stackalloc byte[32];
        int length = LogTime.Now.Format(time);
        Transfer.Write(Stderr, Encoding.UTF8.GetBytes($"{Encoding.ASCII.GetString(time[..length])} {message}\n"));
    }
}
