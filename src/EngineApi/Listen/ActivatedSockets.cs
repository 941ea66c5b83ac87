using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Sampan.Faults;

namespace Sampan.EngineApi.Listen;

/// <summary>Sockets that systemd listened on before it started us: <c>-H fd://</c>. sd_listen_fds(3)</summary>
internal static partial class ActivatedSockets
{
    private const int FirstDescriptor = 3;   // SD_LISTEN_FDS_START
    private const int F_SETFD = 2, FD_CLOEXEC = 1;

    /// <param name="address">What stands behind <c>fd://</c>: "" or "*" is all of them, a number one.</param>
    /// <param name="variable">The environment.</param>
    /// <exception cref="FaultException">InvalidArgument, in dockerd's words: there are none, or not that one.</exception>
    internal static IReadOnlyList<EndPoint> Find(string address, Func<string, string?> variable, int first = FirstDescriptor)
    {
        bool ours = variable("LISTEN_PID") == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        int count = ours && int.TryParse(variable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int passed) ? passed : 0;
        if (count == 0)
            throw Invalid("no sockets found via socket activation: make sure the service was started by systemd");
        // Whoever we start does not get them.
        for (int i = 0; i < count; i++) _ = Control(first + i, F_SETFD, FD_CLOEXEC);
        if (address is "" or "*")
            return [.. Enumerable.Range(first, count).Select(descriptor => new FileHandleEndPoint((ulong)descriptor, FileHandleType.Auto))];
        if (!int.TryParse(address, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            throw Invalid($"failed to parse systemd fd address: should be a number: {address}");
        return number >= first && number < first + count ? [new FileHandleEndPoint((ulong)number, FileHandleType.Auto)]
            : throw Invalid("too few socket activated files passed in by systemd");
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, nint argument);

    private static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);
}
