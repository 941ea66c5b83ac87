using System.Net.Sockets;
using System.Text;

namespace Sampan.EngineApi.Tests.Door;

/// <summary>A client that speaks bytes, so that nothing between hides what is on the wire.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    internal static async Task<RawConnection> OpenAsync(string path)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return connection;
    }

    internal async Task WriteAsync(string text) => await _socket.SendAsync(Encoding.UTF8.GetBytes(text));

    internal void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads until the bytes read end with <paramref name="end"/>.</summary>
    internal async Task<string> ReadUntilAsync(string end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            if (await _socket.ReceiveAsync(one, patience.Token) == 0) throw new EndOfStreamException($"the server closed after: {text}");
            text.Append((char)one[0]);
        }
        return text.ToString();
    }

    /// <summary>What one read gives.</summary>
    internal async Task<string> ReadOnceAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        byte[] buffer = new byte[16384];
        return Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, patience.Token));
    }

    internal async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var bytes = new MemoryStream();
        byte[] buffer = new byte[16384];
        for (int count; (count = await _socket.ReceiveAsync(buffer, patience.Token)) > 0;) bytes.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public void Dispose() => _socket.Dispose();
}
