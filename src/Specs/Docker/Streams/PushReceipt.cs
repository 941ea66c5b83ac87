using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>The aux part of a push's last line: what the registry has now.</summary>
public sealed record PushReceipt
{
    public string Tag { get; init => field = value ?? ""; } = "";
    public string Digest { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes of the manifest.</summary>
    public long Size { get; init; }
}

/// <summary>The aux part of a push that sent one manifest of an index, because not all of the index is here.</summary>
public sealed record PushedInsteadOfIndex
{
    [JsonPropertyName("manifestPushedInsteadOfIndex")]
    public bool ManifestPushedInsteadOfIndex { get; init; } = true;

    [JsonPropertyName("originalIndex")]
    public OciDescriptor OriginalIndex { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("selectedManifest")]
    public OciDescriptor SelectedManifest { get; init => field = value ?? new(); } = new();
}
