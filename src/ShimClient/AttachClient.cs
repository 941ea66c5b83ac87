using System.Net.Sockets;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.ShimClient;

/// <summary>Connects to the stdio of a container's process.</summary>
public static class AttachClient
{
    // The answer is {} or one error; longer ones are nobody's.
    private const int MaxAnswer = 64 << 10;

    /// <summary>Returns when the shim has registered the stream: from here on no output is missed.</summary>
    /// <param name="socket">Path of the shim's attach socket (<see cref="ShimLaunchOptions.AttachSocketPath"/>).</param>
    /// <param name="request">Which process and which of its streams.</param>
    /// <param name="ct">Gives up the connecting.</param>
    /// <exception cref="FaultException">Unavailable: the shim is gone. NotFound: no such process, or it has ended. Conflict: a stream was
    /// asked for that the process does not have.</exception>
    public static async Task<AttachStream> ConnectAsync(string socket, AttachRequest request, CancellationToken ct)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct).ConfigureAwait(false);
            await connection.SendAsync(request.ToLine(), ct).ConfigureAwait(false);
            ThrowIfRefused(await ReadLineAsync(connection, ct).ConfigureAwait(false), socket);
            return new AttachStream(connection);
        }
        catch (SocketException e)
        {
            connection.Dispose();
            throw new FaultException(FaultKind.Unavailable, $"cannot attach at '{socket}': {e.SocketErrorCode}", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // Byte by byte: what follows the line is already the process's output.
    private static async Task<byte[]> ReadLineAsync(Socket connection, CancellationToken ct)
    {
        var line = new List<byte>();
        byte[] one = new byte[1];
        while (await connection.ReceiveAsync(one, ct).ConfigureAwait(false) == 1 && one[0] != '\n' && line.Count < MaxAnswer)
            line.Add(one[0]);
        return [.. line];
    }

    private static void ThrowIfRefused(byte[] line, string socket)
    {
        if (line.AsSpan().SequenceEqual("{}"u8)) return;
        var kind = FaultKind.Unavailable;
        string message = $"cannot attach at '{socket}': the shim closed the connection";
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("error") && reader.Read()) message = reader.GetString() ?? message;
                else if (reader.ValueTextEquals("kind") && reader.Read() && Enum.TryParse(reader.GetString(), out FaultKind named)) kind = named;
            }
        }
        catch (JsonException) when (line.Length == 0)
        {
            // Closed without an answer.
        }
        throw new FaultException(kind, message);
    }
}
