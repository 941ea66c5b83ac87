namespace Sampan.Specs.Docker;

/// <summary>Block IO weight of one device, 10 to 1000.</summary>
public sealed record WeightDevice
{
    public string Path { get; init => field = value ?? ""; } = "";
    public ushort Weight { get; init; }
}

/// <summary>Block IO limit of one device: bytes or operations per second.</summary>
public sealed record ThrottleDevice
{
    public string Path { get; init => field = value ?? ""; } = "";
    public ulong Rate { get; init; }
}
