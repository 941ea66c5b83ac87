namespace Sampan.Specs.Docker;

/// <summary>Body of POST /networks/{id}/connect.</summary>
public sealed record NetworkConnectRequest
{
    public string Container { get; init => field = value ?? ""; } = "";
    public EndpointSettings? EndpointConfig { get; init; }
}

/// <summary>Body of POST /networks/{id}/disconnect.</summary>
public sealed record NetworkDisconnectRequest
{
    public string Container { get; init => field = value ?? ""; } = "";
    public bool Force { get; init; }
}
