using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Sampan.Engine;
using Sampan.Faults;

namespace Sampan.EngineApi.Listen;

/// <summary>Binds a unix socket as dockerd does: mode 0660, group docker where there is one, or the one asked for. A socket nobody listens on any more
/// (the daemon was killed) is replaced; one that answers is not.</summary>
internal static partial class UnixListener
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>A bound socket that does not listen yet.</summary>
    /// <exception cref="FaultException">Conflict: somebody listens there, or the path is another kind of file.</exception>
    internal static Socket Bind(UnixDomainSocketEndPoint address, string group)
    {
        string path = address.ToString()!;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        RemoveStale(path, address);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(address);
            // Nobody can connect before listen(2), so there is no moment with wider rights.
            File.SetUnixFileMode(path, OwnerAndGroup);
            if (NumberOf(group) is { } number && ChangeOwner(path, uint.MaxValue, number) < 0)
                throw new FaultException(FaultKind.PermissionDenied, $"cannot give unix socket '{path}' to group {group}: errno {Marshal.GetLastPInvokeError()}");
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new FaultException(FaultKind.Internal, $"cannot listen on unix socket '{path}': {error.SocketErrorCode}: {error.Message}", error);
        }
    }

    private static void RemoveStale(string path, UnixDomainSocketEndPoint address)
    {
        if (!Path.Exists(path)) return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(address);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused && !IsRegular(path))
        {
            File.Delete(path);
            return;
        }
        catch (SocketException error)
        {
            throw new FaultException(FaultKind.Conflict, $"cannot listen on unix socket '{path}': the path is taken: {error.Message}", error);
        }
        throw new FaultException(FaultKind.Conflict, $"cannot listen on unix socket '{path}': another process listens on it; stop it or choose another path");
    }

    /// <summary>connect(2) refuses a regular file with ECONNREFUSED as well; that one is not ours to delete.</summary>
    private static bool IsRegular(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path); // open(2) of a socket fails with ENXIO
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    // docker:x:998:alice,bob     group(5)
    /// <returns>Null: there is no group of the default name.</returns>
    /// <exception cref="FaultException">InvalidArgument: nor is there one of a name that was asked for.</exception>
    private static uint? NumberOf(string group)
    {
        if (uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)) return number;
        foreach (string line in File.Exists("/etc/group") ? File.ReadLines("/etc/group") : [])
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && fields[0] == group && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id)) return id;
        }
        return group == DaemonOptions.DefaultGroup ? null : throw new FaultException(FaultKind.InvalidArgument, $"could not find group {group}: group {group} not found");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
