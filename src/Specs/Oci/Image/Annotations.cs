namespace Sampan.Specs.Oci.Image;

/// <summary>Annotation keys that readers of an image layout look at.</summary>
public static class Annotations
{
    /// <summary>image-spec v1.1, annotations.md: the name of a descriptor in index.json; skopeo's <c>oci:dir:name</c>.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The full reference, as containerd and docker save write it.</summary>
    public const string ImageName = "io.containerd.image.name";

    /// <summary>Ours: the digest of Docker's manifest or list that the named OCI document stands for in a layout.</summary>
    public const string Original = "io.sampan.image.original";
}
