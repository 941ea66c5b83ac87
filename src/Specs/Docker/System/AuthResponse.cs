namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /auth.</summary>
public sealed record AuthResponse
{
    public string IdentityToken { get; init => field = value ?? ""; } = "";
    public string Status { get; init => field = value ?? ""; } = "";
}
