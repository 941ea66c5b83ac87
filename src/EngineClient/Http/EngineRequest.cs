using System.Text;

namespace Sampan.EngineClient.Http;

/// <summary>One request as it goes on the wire. The path starts with a slash and carries no version.</summary>
internal sealed record EngineRequest(string Method, string Path)
{
    public Query Query { get; init; } = Query.Empty;

    /// <summary>A JSON document; sent with its length.</summary>
    public ReadOnlyMemory<byte>? Json { get; init; }

    /// <summary>A tar or another stream; sent in chunks as it is read.</summary>
    public Stream? Body { get; init; }

    /// <summary>Asks for the raw connection (attach, exec): "Upgrade: tcp".</summary>
    public bool Hijack { get; init; }

    /// <summary>Extra header lines, each "Name: value".</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <param name="version">API version of the path, such as "1.51"; empty for none.</param>
    public byte[] Head(string host, string version)
    {
        var head = new StringBuilder(256);
        head.Append(Method).Append(' ');
        if (version.Length > 0) head.Append("/v").Append(version);
        head.Append(Path).Append(Query.Text).Append(" HTTP/1.1\r\nHost: ").Append(host)
            .Append("\r\nUser-Agent: Sampan-Client\r\n");
        foreach (string header in Headers) head.Append(header).Append("\r\n");
        if (Hijack) head.Append("Connection: Upgrade\r\nUpgrade: tcp\r\n");
        if (Json is { } json) head.Append("Content-Type: application/json\r\nContent-Length: ").Append(json.Length).Append("\r\n");
        else if (Body is not null) head.Append("Content-Type: application/x-tar\r\nTransfer-Encoding: chunked\r\n");
        else if (Method is "POST" or "PUT") head.Append("Content-Length: 0\r\n");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }
}
