using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Netlink;

/// <summary>A conversation with the kernel in the network namespace of the thread that made it, wherever it is used afterwards.
/// Not for several threads at once.</summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private const int BufferSize = 32 * 1024;   // what the kernel fills at most per datagram of a dump
    private const int AnswerSeconds = 10;       // an answer comes from within send; this only keeps a kernel bug from hanging us
    private readonly SafeFileHandle _socket;
    private byte[]? _buffer;

    private NetlinkSocket(SafeFileHandle socket) => _socket = socket;

    internal delegate void MessageHandler(in NetlinkMessage message);

    /// <exception cref="LinuxException">socket(2).</exception>
    internal static NetlinkSocket Open(int protocol)
    {
        int fd = Libc.socket(NetlinkLibc.AF_NETLINK, NetlinkLibc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol);
        if (fd < 0) throw LinuxException.FromLastError("socket", "cannot open a netlink socket");
        SafeFileHandle socket = new(fd, ownsHandle: true);
        int on = 1;
        // Messages of the kernel with an error, and our request not sent back with it; both best effort.
        _ = NetlinkLibc.setsockopt(fd, NetlinkLibc.SOL_NETLINK, NetlinkLibc.NETLINK_EXT_ACK, &on, sizeof(int));
        _ = NetlinkLibc.setsockopt(fd, NetlinkLibc.SOL_NETLINK, NetlinkLibc.NETLINK_CAP_ACK, &on, sizeof(int));
        _ = NetlinkLibc.setsockopt(fd, NetlinkLibc.SOL_NETLINK, NetlinkLibc.NETLINK_GET_STRICT_CHK, &on, sizeof(int));
        long* timeout = stackalloc long[] { AnswerSeconds, 0 };   // struct timeval
        _ = NetlinkLibc.setsockopt(fd, NetlinkLibc.SOL_SOCKET, NetlinkLibc.SO_RCVTIMEO, timeout, 16);
        return new NetlinkSocket(socket);
    }

    /// <summary>Sends all messages in one datagram and waits for the answer to the last, or to <paramref name="answered"/>, which must ask for one (NLM_F_ACK).</summary>
    /// <param name="what">What failed, for the message: "cannot create link 'veth1'".</param>
    /// <exception cref="LinuxException">The first error among the answers.</exception>
    internal void Transact(NetlinkWriter writer, string what, uint? answered = null)
    {
        Send(writer, what);
        LinuxException? first = null;
        bool done = false;
        while (!done)
        {
            ReadOnlySpan<byte> buffer = Receive(what);
            while (NetlinkMessage.TryRead(ref buffer, out NetlinkMessage message))
            {
                if (message.Type != NetlinkLibc.NLMSG_ERROR || !IsOurs(message.Sequence, writer)) continue;
                first ??= ErrorOf(message, what);
                done |= message.Sequence == (answered ?? writer.LastSequence);
            }
        }
        if (first is not null) throw first;
    }

    /// <summary>Sends one request and hands over every message of the answer: all of a dump, or the one object.</summary>
    /// <exception cref="LinuxException">The kernel's error.</exception>
    internal void Query(NetlinkWriter writer, string what, MessageHandler handler)
    {
        Send(writer, what);
        while (true)
        {
            ReadOnlySpan<byte> buffer = Receive(what);
            while (NetlinkMessage.TryRead(ref buffer, out NetlinkMessage message))
            {
                if (!IsOurs(message.Sequence, writer)) continue;
                if (message.Type == NetlinkLibc.NLMSG_DONE) return;
                if (message.Type == NetlinkLibc.NLMSG_ERROR)
                {
                    if (ErrorOf(message, what) is { } error) throw error;
                    return;
                }
                handler(message);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsOurs(uint sequence, NetlinkWriter writer) => sequence - writer.FirstSequence <= writer.LastSequence - writer.FirstSequence;

    private void Send(NetlinkWriter writer, string what)
    {
        ReadOnlySpan<byte> bytes = writer.Written;
        if (bytes.Length > BufferSize)
        {
            int size = bytes.Length * 2;
            _ = NetlinkLibc.setsockopt(_socket.Fd(), NetlinkLibc.SOL_SOCKET, NetlinkLibc.SO_SNDBUFFORCE, &size, sizeof(int));
        }
        nint sent;
        fixed (byte* start = bytes)
            do sent = NetlinkLibc.send(_socket.Fd(), start, (nuint)bytes.Length, 0); while (sent < 0 && LinuxException.LastError == Errno.EINTR);
        if (sent < 0) throw LinuxException.FromLastError("send", what);
    }

    private ReadOnlySpan<byte> Receive(string what)
    {
        _buffer ??= new byte[BufferSize];
        nint got;
        fixed (byte* start = _buffer)
            do got = NetlinkLibc.recv(_socket.Fd(), start, (nuint)_buffer.Length, 0); while (got < 0 && LinuxException.LastError == Errno.EINTR);
        if (got >= 0) return _buffer.AsSpan(0, (int)got);
        if (LinuxException.LastError == Errno.EAGAIN)
            throw new FaultException(FaultKind.Unavailable, $"{what}: the kernel did not answer on netlink within {AnswerSeconds} s");
        throw LinuxException.FromLastError("recv", what);
    }

    // struct nlmsgerr { int error; struct nlmsghdr msg; } and, with NLM_F_ACK_TLVS, attributes
    internal static LinuxException? ErrorOf(in NetlinkMessage message, string what)
    {
        if (message.Payload.Length < 4) return new LinuxException(Errno.EIO, "netlink", what);
        int error = BinaryPrimitives.ReadInt32LittleEndian(message.Payload);
        if (error == 0) return null;
        string explanation = "";
        const int AttributesOffset = 20;
        if ((message.Flags & NetlinkLibc.NLM_F_ACK_TLVS) != 0 && message.Payload.Length >= AttributesOffset)
        {
            int skipped = (message.Flags & NetlinkLibc.NLM_F_CAPPED) != 0 ? AttributesOffset
                : 4 + (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(message.Payload[4..]), (uint)message.Payload.Length - 4);
            if (NetlinkAttribute.TryFind(message.Payload[skipped..], NetlinkLibc.NLMSGERR_ATTR_MSG, out NetlinkAttribute text)) explanation = $" ({text.Text})";
        }
        return new LinuxException((Errno)(-error), "netlink", what + explanation);
    }
}
