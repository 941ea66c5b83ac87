namespace Sampan.Specs.Docker;

/// <summary>A device of the host made visible in a container.</summary>
public sealed record DeviceMapping
{
    public string PathOnHost { get; init => field = value ?? ""; } = "";
    public string PathInContainer { get; init => field = value ?? ""; } = "";

    /// <summary>Any of "rwm".</summary>
    public string CgroupPermissions { get; init => field = value ?? ""; } = "";
}
