using System.Net;
using System.Net.Sockets;
using System.Text;
using Sampan.Faults;

namespace Sampan.EngineClient.Http;

/// <summary>One socket to the engine with a read buffer. HTTP/1.1 without a general client: a third of its start-up,
/// and a hijacked stream (RFC 9110 § 7.8) is simply the rest of the socket.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int MostHeaderBytes = 64 * 1024;
    private readonly Socket _socket;
    private byte[] _buffer = new byte[16 * 1024];
    private int _start, _end;

    private HttpConnection(Socket socket) => _socket = socket;

    /// <summary>True once an answer was read whole, so that the next request may follow.</summary>
    public bool Reusable { get; set; }

    /// <exception cref="SocketException">Nobody listens there, or the socket may not be opened.</exception>
    public static async Task<HttpConnection> OpenAsync(EngineAddress address, CancellationToken ct)
    {
        bool unix = address.SocketPath is not null;
        Socket socket = unix
            ? new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(unix ? new UnixDomainSocketEndPoint(address.SocketPath!)
                : new DnsEndPoint(address.Host, address.Port), ct);
            return new HttpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        while (bytes.Length > 0) bytes = bytes[await _socket.SendAsync(bytes, ct)..];
    }

    /// <returns>Bytes read; 0 at the end of the stream.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken ct)
    {
        if (_start == _end) return await _socket.ReceiveAsync(target, ct);
        int count = Math.Min(target.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(target);
        _start += count;
        return count;
    }

    /// <summary>A line of the head or of a chunk's size, without its CRLF.</summary>
    /// <exception cref="FaultException">Unavailable: the engine closed the connection; Internal: endless line.</exception>
    public async ValueTask<string> ReadLineAsync(CancellationToken ct)
    {
        for (int searched = 0; ;)
        {
            int at = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                string line = Encoding.Latin1.GetString(_buffer, _start, searched + at).TrimEnd('\r');
                _start += searched + at + 1;
                return line;
            }
            searched = _end - _start;
            if (searched > MostHeaderBytes)
                throw new FaultException(FaultKind.Internal, $"the engine sent a header line longer than {MostHeaderBytes} bytes; is it an engine");
            if (!await FillAsync(ct))
                throw new FaultException(FaultKind.Unavailable, "the engine closed the connection before its answer was complete");
        }
    }

    /// <summary>Tells the engine that no more input follows; its output still does. shutdown(2).</summary>
    public void CloseWrite()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The engine went away first: it will hear nothing more anyway.
        }
    }

    public void Dispose() => _socket.Dispose();

    private async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        int count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), ct);
        _end += count;
        return count > 0;
    }
}
