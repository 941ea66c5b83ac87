using System.Runtime.InteropServices;

namespace Sampan.Init;

/// <summary>Collects every process that ends: the command, and whatever lost its parent. waitpid(2)</summary>
internal static unsafe class Reaper
{
    /// <returns>The command's exit code; 128 plus the signal that ended it.</returns>
    public static int WaitFor(int command)
    {
        while (true)
        {
            int status;
            int pid = Libc.waitpid(-1, &status, 0);
            if (pid < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
                return 1;
            if (pid == command)
                return (status & 0x7F) == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F);
        }
    }
}
