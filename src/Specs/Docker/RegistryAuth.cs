using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sampan.Faults;

namespace Sampan.Specs.Docker;

/// <summary>Credentials for one registry, as a client sends them. Engine API 1.51, § Authentication.</summary>
public sealed record RegistryAuth
{
    public string? Username { get; init; }
    public string? Password { get; init; }

    /// <summary>base64("username:password"), as in ~/.docker/config.json; read when the two are missing.</summary>
    public string? Auth { get; init; }
    public string? Email { get; init; }
    public string? Serveraddress { get; init; }

    /// <summary>An OAuth2 refresh token, exchanged for an access token at the token server.</summary>
    public string? Identitytoken { get; init; }

    /// <summary>A bearer token to present as it is.</summary>
    public string? Registrytoken { get; init; }

    [JsonIgnore]
    public bool IsEmpty => Credentials is null && string.IsNullOrEmpty(Identitytoken) && string.IsNullOrEmpty(Registrytoken);

    /// <summary>User name and password, or null when there are none.</summary>
    [JsonIgnore]
    public (string Username, string Password)? Credentials
    {
        get
        {
            if (!string.IsNullOrEmpty(Username)) return (Username, Password ?? "");
            if (string.IsNullOrEmpty(Auth)) return null;
            byte[] buffer = new byte[Auth.Length];
            if (!Convert.TryFromBase64String(Auth, buffer, out int length)) return null;
            string[] parts = Encoding.UTF8.GetString(buffer, 0, length).Split(':', 2);
            return parts is [{ Length: > 0 } name, var secret] ? (name, secret) : null;
        }
    }

    /// <summary>Reads the X-Registry-Auth header: base64 (both alphabets, padded or not) of a JSON object.</summary>
    /// <returns>Null when the header is missing or holds no credentials.</returns>
    /// <exception cref="FaultException">InvalidArgument: not base64 or not JSON.</exception>
    public static RegistryAuth? FromHeader(string? header)
    {
        if (string.IsNullOrEmpty(header)) return null;
        try
        {
            var auth = JsonSerializer.Deserialize(Decode(header), RegistryAuthJson.Default.RegistryAuth);
            return auth is null || auth.IsEmpty ? null : auth;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new FaultException(FaultKind.InvalidArgument, "invalid X-Registry-Auth header: expected base64 of a JSON object", e);
        }
    }

    /// <summary>Reads the X-Registry-Config header: base64 of a JSON object of credentials by registry.</summary>
    /// <param name="domain">The registry in question: "docker.io", "registry.example:5000".</param>
    /// <returns>Null when it holds none for it.</returns>
    /// <exception cref="FaultException">InvalidArgument: not base64 or not JSON.</exception>
    public static RegistryAuth? FromConfigHeader(string? header, string domain)
    {
        if (string.IsNullOrEmpty(header)) return null;
        try
        {
            var all = JsonSerializer.Deserialize(Decode(header), RegistryAuthJson.Default.DictionaryStringRegistryAuth);
            if (all is null) return null;
            foreach (var (address, auth) in all)
                if (DomainOf(address) == domain && auth is { IsEmpty: false }) return auth;
            return null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw new FaultException(FaultKind.InvalidArgument, "invalid X-Registry-Config header: expected base64 of a JSON object", e);
        }
    }

    private static byte[] Decode(string header)
    {
        string base64 = header.Trim().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        return Convert.FromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='));
    }

    // https://index.docker.io/v1/    http://registry.example:5000    registry.example
    private static string DomainOf(string address)
    {
        int scheme = address.IndexOf("://", StringComparison.Ordinal);
        string host = (scheme < 0 ? address : address[(scheme + 3)..]).Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? "docker.io" : host;
    }

    /// <summary>Never the secrets.</summary>
    public override string ToString() => $"RegistryAuth({Credentials?.Username ?? "token"})";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(Dictionary<string, RegistryAuth>))]
public sealed partial class RegistryAuthJson : JsonSerializerContext;
