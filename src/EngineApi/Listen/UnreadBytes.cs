using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sampan.EngineApi.Listen;

/// <summary>Waits until a client has read what was sent. docker-py (7.2) drops what its HTTP library has read together with the head of an upgraded
/// answer, so what lies ready, the logs of an attach, must not come right behind the head.</summary>
internal static partial class UnreadBytes
{
    private const nuint SIOCOUTQ = 0x5411;   // unix(7), tcp(7)
    private const int MaxMilliseconds = 100;   // a client that does not read is not waited for

    internal static async Task WaitUntilNoneAsync(Socket? socket, CancellationToken ct)
    {
        if (socket is null) return;
        for (int waited = 0; waited < MaxMilliseconds; waited++)
        {
            if (Count(socket) == 0) return;
            await Task.Delay(1, ct);
        }
    }

    /// <returns>0 also when the connection has ended.</returns>
    private static int Count(Socket socket)
    {
        bool held = false;
        var handle = socket.SafeHandle;
        try
        {
            handle.DangerousAddRef(ref held);
            return Ioctl((int)handle.DangerousGetHandle(), SIOCOUTQ, out int count) < 0 ? 0 : count;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
        finally
        {
            if (held) handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, out int value);
}
