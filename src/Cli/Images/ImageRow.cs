using System.Globalization;
using Sampan.Cli.Formatting;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>One line of `images`: an image has one for each of its names.</summary>
internal sealed record ImageRow(ImageSummary Image, string Repository, string Tag, string Digest)
{
    private const string None = "<none>";

    /// <param name="digests">True when digests are shown, so that each is a line of its own.</param>
    /// <param name="digestsOnly">True with --digests: names by digest only are told apart too.</param>
    public static IEnumerable<ImageRow> Of(ImageSummary image, bool digests, bool digestsOnly)
    {
        var byDigest = image.RepoDigests.Select(name => ImageReference.TryParse(name, out var reference) ? reference : null)
            .Where(reference => reference?.Digest is not null).GroupBy(reference => reference!.FamiliarName)
            .ToDictionary(group => group.Key, group => group.Select(reference => reference!.Digest.ToString()!).ToList());
        var tags = image.RepoTags.Select(name => ImageReference.TryParse(name, out var reference) ? reference : null).Where(reference => reference?.Tag is not null).ToList();
        if (tags.Count == 0 && byDigest.Count == 0) yield return new ImageRow(image, None, None, None);
        foreach (var reference in tags)
        {
            string repository = reference!.FamiliarName;
            if (digests && byDigest.TryGetValue(repository, out var known))
                foreach (string digest in known) yield return new ImageRow(image, repository, reference.Tag!, digest);
            else
                yield return new ImageRow(image, repository, reference.Tag!, None);
        }
        foreach (var (repository, known) in byDigest.Where(pair => tags.All(tag => tag!.FamiliarName != pair.Key)))
        {
            if (!digestsOnly) yield return new ImageRow(image, repository, None, "");
            else
                foreach (string digest in known) yield return new ImageRow(image, repository, None, digest);
        }
    }

    /// <param name="truncate">False with --no-trunc.</param>
    public static Columns<ImageRow> Columns(bool truncate, DateTimeOffset now) => new(
        new("ID", "IMAGE ID", row => truncate ? Human.ShortId(row.Image.Id) : row.Image.Id),
        new("Repository", "REPOSITORY", row => row.Repository),
        new("Tag", "TAG", row => row.Tag),
        new("Digest", "DIGEST", row => row.Digest),
        new("CreatedSince", "CREATED", row => Human.Duration(now - DateTimeOffset.FromUnixTimeSeconds(row.Image.Created)) + " ago"),
        new("CreatedAt", "CREATED AT", row => Human.GoTime(DateTimeOffset.FromUnixTimeSeconds(row.Image.Created).ToLocalTime())),
        new("Size", "SIZE", row => Human.Size(row.Image.Size, 3)),
        new("VirtualSize", "SIZE", row => Human.Size(row.Image.Size)),
        new("Containers", "CONTAINERS", row => row.Image.Containers == -1 ? "N/A" : row.Image.Containers.ToString(CultureInfo.InvariantCulture)),
        new("SharedSize", "SHARED SIZE", row => row.Image.SharedSize == -1 ? "N/A" : Human.Size(row.Image.SharedSize)),
        new("UniqueSize", "UNIQUE SIZE", row => row.Image.SharedSize == -1 ? "N/A" : Human.Size(row.Image.Size - row.Image.SharedSize)));
}
