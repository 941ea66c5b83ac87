using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sampan.Distribution;

/// <summary>distribution-spec v1.1, § Error Codes.</summary>
internal sealed record RegistryErrors
{
    public IReadOnlyList<RegistryError>? Errors { get; init; }

    /// <summary>Docker Hub's token server answers with this alone.</summary>
    public string? Details { get; init; }
}

internal sealed record RegistryError
{
    /// <summary>MANIFEST_UNKNOWN, DENIED, TOOMANYREQUESTS, …</summary>
    public string? Code { get; init; }
    public string? Message { get; init; }
    public JsonElement? Detail { get; init; }
}

/// <summary>distribution's docs/spec/auth/token.md and oauth.md.</summary>
internal sealed record TokenResponse
{
    public string? Token { get; init; }
    [JsonPropertyName("access_token")] public string? AccessToken { get; init; }

    /// <summary>Given when "offline_token" was asked for.</summary>
    [JsonPropertyName("refresh_token")] public string? RefreshToken { get; init; }

    /// <summary>Seconds; 60 when missing.</summary>
    [JsonPropertyName("expires_in"), JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)] public double? ExpiresIn { get; init; }

    /// <summary>The one of the two that is not empty; OAuth2's name counts more. Null: none.</summary>
    [JsonIgnore] public string? Usable => !string.IsNullOrEmpty(AccessToken) ? AccessToken : !string.IsNullOrEmpty(Token) ? Token : null;
}

/// <summary>Docker's registry API v1, GET /v1/search.</summary>
internal sealed record SearchAnswer
{
    public IReadOnlyList<RegistrySearchHit>? Results { get; init; }
}

/// <summary>distribution-spec v1.1, § Listing Tags.</summary>
internal sealed record TagList
{
    public IReadOnlyList<string>? Tags { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RegistryErrors))]
[JsonSerializable(typeof(TokenResponse))]
[JsonSerializable(typeof(TagList))]
[JsonSerializable(typeof(SearchAnswer))]
internal sealed partial class RegistryJson : JsonSerializerContext;
