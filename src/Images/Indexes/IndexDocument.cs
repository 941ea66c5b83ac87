using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Which manifests of an index are here: one file per index, shared by all names that resolve to it, and gone with the last of them.</summary>
internal sealed record IndexDocument
{
    public required Descriptor Index { get; init; }

    /// <summary>In the order they came.</summary>
    public required IReadOnlyList<IndexMember> Members { get; init; }

    /// <summary>The same with <paramref name="more"/>; a manifest that was a member is replaced.</summary>
    internal IndexDocument With(IReadOnlyList<IndexMember> more) =>
        this with { Members = [.. Members.Where(member => more.All(other => other.Manifest.Digest != member.Manifest.Digest)), .. more] };
}

/// <summary>One manifest of an index that is here with all its blobs: an image's, an attestation, an artifact, or an index inside the index.</summary>
internal sealed record IndexMember
{
    /// <summary>As the index names it, so with its platform.</summary>
    public required Descriptor Manifest { get; init; }

    /// <summary>Config, then layers; none of an index, or of what is of a type we do not know.</summary>
    public required IReadOnlyList<Descriptor> Blobs { get; init; }

    /// <summary>The unpacked image; null for what does not run here and is kept as it came.</summary>
    public Digest? Image { get; init; }

    /// <summary>What it is about, when it is an attestation of BuildKit's.</summary>
    internal Digest? About => Attestation.About(Manifest);

    /// <summary>Whether it is an attestation about an image of <paramref name="index"/>.</summary>
    internal bool Attests(IndexDocument index, Digest image) =>
        About is { } about && index.Members.Any(member => member.Image == image && member.Manifest.Digest == about);

    internal static IndexMember Of(Descriptor descriptor, Manifest manifest, Digest? image) =>
        new() { Manifest = descriptor, Blobs = [manifest.Config, .. manifest.Layers], Image = image };

    /// <summary>All that they are made of, each once.</summary>
    internal static IReadOnlyList<Descriptor> ContentOf(IEnumerable<IndexMember> members) => [.. members.SelectMany(member => member.Blobs.Prepend(member.Manifest)).DistinctBy(blob => blob.Digest)];

    /// <summary>An index inside the index, or what is of a type we do not know: its bytes are all there is to it.</summary>
    internal static IndexMember OfDocument(Descriptor descriptor) => new() { Manifest = descriptor, Blobs = [] };
}
