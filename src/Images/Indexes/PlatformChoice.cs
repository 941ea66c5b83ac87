using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Which image a name means for a platform, among those that are here.</summary>
internal static class PlatformChoice
{
    private sealed record Offer(Platform Platform, Image Image);

    /// <param name="image">What the name or id means without a platform: preferred among equals.</param>
    /// <returns>With the manifest it has in the name's index, and the names it can be had by.</returns>
    /// <exception cref="FaultException">NotFound, naming the platforms that are here.</exception>
    internal static Image Of(ImageCatalog catalog, string nameOrId, Image image, Platform wanted)
    {
        var named = ImageReference.TryParse(nameOrId, out var name) && catalog.Reference(name!) is { } reference && reference.Image == image.Id ? reference : null;
        List<IndexDocument> indexes = named is null ? [.. catalog.IndexesWith(image.Id)] : catalog.Index(named.Target.Digest) is { } index ? [index] : [];
        var offers = new List<Offer>();
        if (!image.IsArtifact) offers.Add(new Offer(image.Config.Platform, named is null ? image : catalog.As(named)));
        foreach (var member in indexes.SelectMany(index => index.Members).Where(member => member.Image is not null))
            offers.Add(new Offer(member.Manifest.Platform ?? catalog.Image(member.Image!.Value)!.Config.Platform, catalog.As(member)));

        var chosen = new PlatformMatcher(wanted).Choose(offers, offer => offer.Platform)
            ?? throw new FaultException(FaultKind.NotFound, WrongPlatform.Message(nameOrId, wanted, offers.Select(offer => offer.Platform)));
        return catalog.WithAllNames(chosen.Image);
    }
}
