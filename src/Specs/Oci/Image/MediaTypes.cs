namespace Sampan.Specs.Oci.Image;

/// <summary>image-spec v1.1, media-types.md; and their Docker twins, distribution's manifest-v2-2.md.</summary>
public static class MediaTypes
{
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";
    public const string OciLayerGzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    public const string OciLayerZstd = "application/vnd.oci.image.layer.v1.tar+zstd";

    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerManifestList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = "application/vnd.docker.image.rootfs.diff.tar.gzip";

    /// <summary>Schema 1, deprecated since 2016: known only to be refused by name.</summary>
    public const string DockerManifestV1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string DockerManifestV1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerManifestList;

    public static bool IsConfig(string? mediaType) => mediaType is OciConfig or DockerConfig;

    /// <summary>A layer that is a tar, whatever its compression: image-spec's and Docker's, also the non-distributable ones; not an encrypted one.</summary>
    public static bool IsLayer(string? mediaType) => mediaType is not null && !mediaType.EndsWith("+encrypted", StringComparison.Ordinal)
        && (mediaType.Contains("tar", StringComparison.Ordinal) || mediaType.Contains("rootfs.diff", StringComparison.Ordinal));

    public static bool IsSchema1(string? mediaType) => mediaType is DockerManifestV1 or DockerManifestV1Signed;
}
