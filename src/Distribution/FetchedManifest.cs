using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Distribution;

/// <summary>A manifest or an index, with the bytes it was sent as: they alone give its digest. Exactly one of <see cref="Manifest"/> and <see cref="Index"/> is set.</summary>
public sealed record FetchedManifest
{
    public required ReadOnlyMemory<byte> Content { get; init; }
    public required Descriptor Descriptor { get; init; }
    public Manifest? Manifest { get; init; }
    public Specs.Oci.Image.Index? Index { get; init; }

    /// <param name="contentType">As the registry said, or null; what the document says of itself must agree with it.</param>
    /// <exception cref="FaultException">NotSupported: schema 1 or another type. Unavailable: malformed.</exception>
    public static FetchedManifest Read(byte[] content, Digest digest, string? contentType, ImageReference name)
    {
        string mediaType = TypeOf(content, contentType, digest, name);
        var descriptor = new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length };
        try
        {
            return MediaTypes.IsIndex(mediaType)
                ? new FetchedManifest { Content = content, Descriptor = descriptor, Index = JsonSerializer.Deserialize(content, OciImageJson.Default.Index) }
                : new FetchedManifest { Content = content, Descriptor = descriptor, Manifest = Checked(JsonSerializer.Deserialize(content, OciImageJson.Default.Manifest)!) };
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Malformed(digest, name, e.Message, e);
        }
    }

    private static Manifest Checked(Manifest manifest)
    {
        foreach (var layer in manifest.Layers.Append(manifest.Config))
        {
            if (layer is null) throw new FormatException("a descriptor is null");
            if (layer.Size < 0) throw new FormatException($"the size of {layer.Digest} is {layer.Size}");
        }
        return manifest;
    }

    /// <summary>The media type, told by the document itself where it can be: image-spec v1.1, manifest.md § mediaType; a mix-up of manifest and index is refused
    /// (CVE-2021-41190).</summary>
    private static string TypeOf(byte[] content, string? contentType, Digest digest, ImageReference name)
    {
        bool hasLayers, hasManifests, hasHistory;
        string? own;
        try
        {
            using var document = JsonDocument.Parse(content);
            JsonElement root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object) throw Malformed(digest, name, "it is no JSON object");
            hasLayers = root.TryGetProperty("layers", out _) || root.TryGetProperty("config", out _);
            hasManifests = root.TryGetProperty("manifests", out _);
            hasHistory = root.TryGetProperty("fsLayers", out _);
            own = root.TryGetProperty("mediaType", out var type) && type.ValueKind is JsonValueKind.String ? type.GetString() : null;
        }
        catch (JsonException e)
        {
            throw Malformed(digest, name, e.Message, e);
        }
        string? mediaType = string.IsNullOrEmpty(own) ? contentType : own;
        if (MediaTypes.IsSchema1(mediaType) || hasHistory)
            throw new FaultException(FaultKind.NotSupported,
                $"cannot pull '{name.FamiliarName}': the registry sent an image manifest of schema version 1 ('{MediaTypes.DockerManifestV1Signed}'), deprecated and not supported; push the image again with a current client");
        if (hasLayers && hasManifests) throw Malformed(digest, name, "it has both layers and manifests");
        if (MediaTypes.IsManifest(mediaType) && hasManifests || MediaTypes.IsIndex(mediaType) && hasLayers)
            throw Malformed(digest, name, $"its content is not a '{mediaType}'");
        if (MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType)) return mediaType!;
        if (own is null && hasManifests) return MediaTypes.OciIndex;
        if (own is null && hasLayers) return MediaTypes.OciManifest;
        throw new FaultException(FaultKind.NotSupported, $"cannot pull '{name.FamiliarName}': unsupported manifest media type '{mediaType}'");
    }

    private static FaultException Malformed(Digest digest, ImageReference name, string why, Exception? cause = null) =>
        new(FaultKind.Unavailable, $"malformed manifest {digest} of '{name.FamiliarName}': {why}", cause);
}
