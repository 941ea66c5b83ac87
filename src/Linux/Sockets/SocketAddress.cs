using System.Buffers.Binary;
using System.Net;
using System.Text;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Sockets;

/// <summary>A sockaddr as the kernel wants it. unix(7), ip(7), ipv6(7)</summary>
internal static class SocketAddress
{
    /// <summary>sizeof(struct sockaddr_un), the largest that is used here.</summary>
    public const int MaxSize = 110;

    /// <summary>sun_path takes 108 bytes with its closing zero. unix(7)</summary>
    public const int MaxPath = 107;

    /// <returns>Length of the address.</returns>
    /// <exception cref="FaultException">InvalidArgument: the path does not fit into sun_path.</exception>
    public static uint Unix(string path, Span<byte> address)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or > MaxPath)
            throw new FaultException(FaultKind.InvalidArgument,
                $"cannot use the socket path '{path}': it has {length} bytes, a unix socket's path has 1 to {MaxPath}; choose a shorter directory");
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)Libc.AF_UNIX);
        Encoding.UTF8.GetBytes(path, address[2..]);
        return (uint)(2 + length + 1);
    }

    /// <returns>Length of the address.</returns>
    public static uint Internet(IPAddress host, int port, Span<byte> address)
    {
        bool six = host.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        address.Clear();
        BitConverter.TryWriteBytes(address, (ushort)(six ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)port);
        host.TryWriteBytes(address[(six ? 8 : 4)..], out _);
        return six ? 28u : 16u;
    }
}
