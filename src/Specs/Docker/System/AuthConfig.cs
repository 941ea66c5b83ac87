using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Credentials for a registry: the header X-Registry-Auth (base64url of this JSON) and the body of POST /auth.</summary>
public sealed record AuthConfig
{
    [JsonPropertyName("username"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Username { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("password"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Password { get; init => field = OmitEmpty.Text(value); }

    /// <summary>Base64 of "user:password"; read when the two above are missing.</summary>
    [JsonPropertyName("auth"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Auth { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("email"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("serveraddress"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ServerAddress { get; init => field = OmitEmpty.Text(value); }

    /// <summary>An OAuth refresh token.</summary>
    [JsonPropertyName("identitytoken"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IdentityToken { get; init => field = OmitEmpty.Text(value); }

    /// <summary>A bearer token, sent as it is.</summary>
    [JsonPropertyName("registrytoken"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RegistryToken { get; init => field = OmitEmpty.Text(value); }
}

/// <summary>Answer of POST /auth.</summary>
public sealed record AuthResponse
{
    public string IdentityToken { get; init; } = "";
    public string Status { get; init; } = "";
}
