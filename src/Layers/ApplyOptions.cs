using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>How a layer is applied, and what it may take: a layer is somebody else's file.</summary>
public sealed record ApplyOptions
{
    public WhiteoutForm Whiteouts { get; init; } = WhiteoutForm.Overlay;

    /// <summary>Bytes of tar, after decompression, at which a layer is refused.</summary>
    public long MaxBytes { get; init; } = 256L << 30;

    /// <summary>Entries (files, directories, links, …) at which a layer is refused.</summary>
    public long MaxEntries { get; init; } = 10_000_000;

    /// <summary>Called from the reading thread with the compressed bytes taken so far, about every 256 KiB.</summary>
    public Action<long>? Progress { get; init; }
}
