namespace Sampan.Specs.Docker;

/// <summary>The aux part of a push's last line: what the registry has now.</summary>
public sealed record PushReceipt
{
    public string Tag { get; init => field = value ?? ""; } = "";
    public string Digest { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes of the manifest.</summary>
    public long Size { get; init; }
}
