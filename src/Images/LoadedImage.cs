using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What a load brought: an image under a name, or, when the archive names none, by its id.</summary>
public sealed record LoadedImage(Image Image, ImageReference? Reference)
{
    /// <summary>The line docker load prints, with its line feed.</summary>
    public string Line => Reference is null ? $"Loaded image ID: {Image.Id}\n" : $"Loaded image: {Reference.FamiliarString}\n";
}
