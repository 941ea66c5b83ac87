using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux.Systemd;

/// <summary>A D-Bus connection to one peer, without a bus between: systemd's own socket. Blocking, with a patience.</summary>
internal sealed unsafe class DBusConnection : IDisposable
{
    private const int PatienceMs = 30_000, LargestMessage = 16 << 20;
    private readonly SafeFileHandle _socket;
    private readonly Queue<DBusMessage> _signals = new();
    private uint _serial;

    private DBusConnection(SafeFileHandle socket) => _socket = socket;

    /// <exception cref="LinuxException">connect(2): ENOENT when no systemd is there.</exception>
    /// <exception cref="FaultException">PermissionDenied: it does not accept our user id.</exception>
    internal static DBusConnection Open(string path)
    {
        DBusConnection connection = new(Sockets.StreamSocket.Connect(path));
        try
        {
            connection.Authenticate();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method of systemd's and waits for what it returns.</summary>
    /// <exception cref="FaultException">What it says instead: NotFound for a unit that is not there, AlreadyExists, Internal.</exception>
    internal DBusMessage Call(string path, string @interface, string member, string signature, Action<DBusWriter>? body)
    {
        DBusWriter content = new();
        body?.Invoke(content);
        uint serial = Send(path, @interface, member, signature, content.Written);
        while (true)
        {
            DBusMessage message = Receive();
            if (message.Type == DBusMessage.Signal) _signals.Enqueue(message);
            else if (message.ReplyTo == serial && message.Type == DBusMessage.Return) return message;
            else if (message.ReplyTo == serial && message.Type == DBusMessage.Error) throw Refusal(member, message);
        }
    }

    /// <summary>The next signal, of those that came meanwhile first.</summary>
    internal DBusMessage NextSignal()
    {
        while (true)
        {
            if (_signals.TryDequeue(out DBusMessage? held)) return held;
            DBusMessage message = Receive();
            if (message.Type == DBusMessage.Signal) return message;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static FaultException Refusal(string member, DBusMessage error)
    {
        string text = error.Signature.StartsWith('s') ? new DBusReader(error.Body).String() : "";
        FaultKind kind = error.ErrorName switch
        {
            "org.freedesktop.systemd1.NoSuchUnit" => FaultKind.NotFound,
            "org.freedesktop.systemd1.UnitExists" => FaultKind.AlreadyExists,
            "org.freedesktop.DBus.Error.AccessDenied" => FaultKind.PermissionDenied,
            _ => FaultKind.Internal,
        };
        return new FaultException(kind, $"systemd refused {member}: {text} ({error.ErrorName})");
    }

    // § Authentication Protocol: a zero byte, then lines. The kernel tells the peer who we are, so no identity is claimed.
    private void Authenticate()
    {
        Write("\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n"u8);
        string answer = ReadLine();
        if (answer == "DATA") answer = ReadLine();
        if (!answer.StartsWith("OK ", StringComparison.Ordinal)) throw new FaultException(FaultKind.PermissionDenied, $"systemd does not accept us on its socket: '{answer}'");
    }

    private string ReadLine()
    {
        StringBuilder line = new();
        Span<byte> one = stackalloc byte[1];
        while (line.Length < 1024)
        {
            Read(one);
            if (one[0] == '\n') break;
            line.Append((char)one[0]);
        }
        return line.ToString().TrimEnd('\r');
    }

    private uint Send(string path, string @interface, string member, string signature, ReadOnlySpan<byte> body)
    {
        DBusWriter header = new();
        header.Bytes([(byte)'l', DBusMessage.Call, 0, 1]);
        header.UInt32((uint)body.Length);
        header.UInt32(++_serial);
        var fields = header.BeginArray(8);
        Field(header, DBusMessage.PathField, "o", path);
        Field(header, DBusMessage.DestinationField, "s", "org.freedesktop.systemd1");
        Field(header, DBusMessage.InterfaceField, "s", @interface);
        Field(header, DBusMessage.MemberField, "s", member);
        if (signature.Length > 0) Field(header, DBusMessage.SignatureField, "g", signature);
        header.EndArray(fields);
        header.Align(8);
        header.Bytes(body);
        Write(header.Written);
        return _serial;

        static void Field(DBusWriter writer, byte number, string type, string value)
        {
            writer.Align(8);
            writer.Byte(number);
            writer.Signature(type);
            if (type == "g") writer.Signature(value);
            else writer.String(value);
        }
    }

    private DBusMessage Receive()
    {
        byte[] start = new byte[DBusMessage.FixedSize];
        Read(start);
        uint body = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4)), fields = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(12));
        if (start[0] != 'l' || body > LargestMessage || fields > LargestMessage) throw new FaultException(FaultKind.Internal, "systemd sent what is no D-Bus message");
        byte[] header = new byte[DBusMessage.FixedSize + ((fields + 7) / 8 * 8)], content = new byte[body];
        start.CopyTo(header, 0);
        Read(header.AsSpan(DBusMessage.FixedSize));
        Read(content);
        return DBusMessage.Parse(header, content);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint sent;
            fixed (byte* start = bytes) sent = Libc.sendto(_socket.Fd(), start, (nuint)bytes.Length, 0x4000 /* MSG_NOSIGNAL */, null, 0);
            if (sent > 0) bytes = bytes[(int)sent..];
            else if (LinuxException.LastError == Errno.EAGAIN) Await(PollFd.POLLOUT);
            else if (LinuxException.LastError != Errno.EINTR) throw LinuxException.FromLastError("send", "cannot write to systemd's socket");
        }
    }

    private void Read(Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            nint got;
            fixed (byte* start = bytes) got = Libc.read(_socket.Fd(), start, (nuint)bytes.Length);
            if (got > 0) bytes = bytes[(int)got..];
            else if (got == 0) throw new FaultException(FaultKind.Unavailable, "systemd closed its socket");
            else if (LinuxException.LastError == Errno.EAGAIN) Await(PollFd.POLLIN);
            else if (LinuxException.LastError != Errno.EINTR) throw LinuxException.FromLastError("read", "cannot read from systemd's socket");
        }
    }

    private void Await(short events)
    {
        PollFd socket = new() { Fd = _socket.Fd(), Events = events };
        if (Libc.poll(&socket, 1, PatienceMs) == 0) throw new FaultException(FaultKind.Unavailable, $"systemd did not answer within {PatienceMs / 1000} s");
    }
}
