namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /auth.</summary>
public sealed record AuthResponse
{
    public string IdentityToken { get; init; } = "";
    public string Status { get; init; } = "";
}
