using System.Text;
using System.Text.Json;
using Sampan.Faults;

namespace Sampan.ShimClient;

/// <summary>The line that a client of the attach socket sends first: <c>{"exec":"","stdin":true,"stdout":true,"stderr":true}</c>.</summary>
public sealed record AttachRequest
{
    /// <summary>Empty for the container's init.</summary>
    public string ExecId { get; init; } = "";
    public bool Stdin { get; init; }
    public bool Stdout { get; init; }
    public bool Stderr { get; init; }

    internal byte[] ToLine() => Encoding.UTF8.GetBytes(
        $"{{\"exec\":\"{JsonEncodedText.Encode(ExecId)}\",\"stdin\":{Word(Stdin)},\"stdout\":{Word(Stdout)},\"stderr\":{Word(Stderr)}}}\n");

    /// <exception cref="FaultException">InvalidArgument: not such a line.</exception>
    internal static AttachRequest Parse(ReadOnlySpan<byte> line)
    {
        var request = new AttachRequest();
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = reader.GetString()!;
                reader.Read();
                request = name switch
                {
                    "exec" => request with { ExecId = reader.GetString() ?? "" },
                    "stdin" => request with { Stdin = reader.GetBoolean() },
                    "stdout" => request with { Stdout = reader.GetBoolean() },
                    "stderr" => request with { Stderr = reader.GetBoolean() },
                    _ => throw new JsonException(),
                };
            }
            if (reader.Read()) throw new JsonException();
            return request;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FaultException(FaultKind.InvalidArgument,
                "invalid attach request: expected one line {\"exec\":\"\",\"stdin\":true,\"stdout\":true,\"stderr\":true}");
        }
    }

    private static string Word(bool value) => value ? "true" : "false";
}
