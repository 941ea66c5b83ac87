using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One manifest of an image: what the tree of docker images --tree is made of.</summary>
public sealed record ManifestSummary
{
    /// <summary>The manifest's digest.</summary>
    [JsonPropertyName("ID")]
    public required string Id { get; init; }
    public required OciDescriptor Descriptor { get; init; }

    /// <summary>All of it is here.</summary>
    public bool Available { get; init; }
    public ManifestSize Size { get; init => field = value ?? new(); } = new();

    /// <summary>"image", "attestation" or "unknown".</summary>
    public required string Kind { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestImageData? ImageData { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ManifestAttestationData? AttestationData { get; init; }
}

/// <summary>Bytes that are here.</summary>
public sealed record ManifestSize
{
    /// <summary>Blobs and unpacked files.</summary>
    public long Total { get; init; }

    /// <summary>Blobs.</summary>
    public long Content { get; init; }
}

public sealed record ManifestImageData
{
    public required OciPlatform Platform { get; init; }
    public ManifestImageSize Size { get; init => field = value ?? new(); } = new();

    /// <summary>Ids of the containers made from it.</summary>
    public IReadOnlyList<string> Containers { get; init => field = value ?? []; } = [];
}

/// <summary>Bytes of unpacked files.</summary>
public sealed record ManifestImageSize
{
    public long Unpacked { get; init; }
}

public sealed record ManifestAttestationData
{
    /// <summary>The manifest it is about.</summary>
    public required string For { get; init; }
}
