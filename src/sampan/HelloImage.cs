using Sampan.Specs.Oci.Image;

namespace Sampan;

/// <summary>The image inside this program: `docker run sampan/hello` works with no registry in reach. Made by eng/hello-image.</summary>
internal static class HelloImage
{
    private static readonly ImageReference Name = ImageReference.Parse("sampan/hello:latest");

    /// <returns>The OCI archive, or null for any other name.</returns>
    public static Stream? TryOpen(ImageReference reference) =>
        reference == Name ? typeof(HelloImage).Assembly.GetManifestResourceStream("hello-image.tar") : null;
}
