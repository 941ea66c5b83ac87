namespace Sampan.Specs.Docker;

/// <summary>A request for devices by capability, such as GPUs.</summary>
public sealed record DeviceRequest
{
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>-1 means all.</summary>
    public int Count { get; init; }
    public IReadOnlyList<string>? DeviceIDs { get; init; }

    /// <summary>An OR of ANDs.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? Capabilities { get; init; }
    public IReadOnlyDictionary<string, string>? Options { get; init; }
}
