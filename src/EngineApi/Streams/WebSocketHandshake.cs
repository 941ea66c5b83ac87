using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sampan.Faults;

namespace Sampan.EngineApi.Streams;

/// <summary>The opening of a websocket. RFC 6455 § 4.2.</summary>
internal static class WebSocketHandshake
{
    private const string Key = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";   // the same for everyone, § 1.3

    /// <returns>The value of <c>Sec-WebSocket-Accept</c>.</returns>
    /// <exception cref="FaultException">InvalidArgument: not the opening of a websocket of version 13.</exception>
    internal static string Accept(IHeaderDictionary headers)
    {
        if (!Has(headers.Upgrade, "websocket") || !Has(headers.Connection, "upgrade"))
            throw new FaultException(FaultKind.InvalidArgument, "not websocket protocol");
        if (headers.SecWebSocketVersion.ToString().Trim() != "13")
            throw new FaultException(FaultKind.InvalidArgument, "missing or bad WebSocket Version");
        string nonce = headers.SecWebSocketKey.ToString().Trim();
        if (nonce.Length == 0) throw new FaultException(FaultKind.InvalidArgument, "mismatch challenge/response");
        // SHA-1 protects nothing here; it says that the server has read the request.
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(nonce + Key)));
#pragma warning restore CA5350
    }

    private static bool Has(Microsoft.Extensions.Primitives.StringValues values, string word) =>
        values.ToString().Split(',').Any(value => value.Trim().Equals(word, StringComparison.OrdinalIgnoreCase));
}
