namespace Sampan.Specs.Oci.Image;

/// <summary>The file that marks a directory as an image layout. image-spec v1.1, image-layout.md § oci-layout file.</summary>
public sealed record ImageLayout
{
    public const string FileName = "oci-layout";
    public const string IndexFileName = "index.json";
    public const string CurrentVersion = "1.0.0";

    public required string ImageLayoutVersion { get; init; }
}
