using System.Text.RegularExpressions;
using Sampan.Faults;

namespace Sampan.Specs.Oci.Image;

/// <summary>The name of an image: domain/path[:tag][@digest], normalised as Docker does ("busybox" is docker.io/library/busybox).
/// Grammar: distribution/reference; error texts are what Docker clients know.</summary>
public sealed partial record ImageReference : IComparable<ImageReference>
{
    public const string DefaultDomain = "docker.io";
    public const string DefaultTag = "latest";
    private const string LegacyDefaultDomain = "index.docker.io";
    private const string OfficialPrefix = "library/";
    private const int MaxNameLength = 255;

    private ImageReference(string domain, string path, string? tag, Digest? digest) =>
        (Domain, Path, Tag, Digest) = (domain, path, tag, digest);

    /// <summary>Registry, with its port when it has one: docker.io, localhost:5000.</summary>
    public string Domain { get; }

    /// <summary>Repository inside the registry: library/busybox.</summary>
    public string Path { get; }
    public string? Tag { get; private init; }
    public Digest? Digest { get; private init; }

    /// <summary>Domain and path: docker.io/library/busybox.</summary>
    public string Name => $"{Domain}/{Path}";

    /// <summary>As people write it: busybox, user/app, localhost:5000/app.</summary>
    public string FamiliarName => Domain != DefaultDomain ? Name
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && Path.LastIndexOf('/') == OfficialPrefix.Length - 1
            ? Path[OfficialPrefix.Length..] : Path;

    /// <summary>The familiar name with its tag and digest: busybox:latest.</summary>
    public string FamiliarString => FamiliarName + Suffix;

    public bool IsNameOnly => Tag is null && Digest is null;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <exception cref="FaultException">InvalidArgument with Docker's text.</exception>
    public static ImageReference Parse(string text) =>
        Read(text, out var reference) is { } problem ? throw new FaultException(FaultKind.InvalidArgument, problem) : reference!;

    public static bool TryParse(string? text, out ImageReference? reference)
    {
        reference = null;
        return text is not null && Read(text, out reference) is null;
    }

    /// <summary>The same with the tag "latest" when it has neither tag nor digest.</summary>
    public ImageReference WithDefaultTag() => IsNameOnly ? this with { Tag = DefaultTag } : this;

    /// <exception cref="FaultException">InvalidArgument: the tag is malformed.</exception>
    public ImageReference WithTag(string tag) => TagPattern().IsMatch(tag) ? this with { Tag = tag, Digest = null }
        : throw new FaultException(FaultKind.InvalidArgument, "invalid tag format");

    /// <summary>The same repository by digest alone.</summary>
    public ImageReference WithDigest(Digest digest) => this with { Tag = null, Digest = digest };

    public ImageReference NameOnly() => this with { Tag = null, Digest = null };

    public int CompareTo(ImageReference? other) => string.CompareOrdinal(ToString(), other?.ToString());

    /// <summary>Canonical: docker.io/library/busybox:latest.</summary>
    public override string ToString() => Name + Suffix;

    private static string? Read(string text, out ImageReference? reference)
    {
        const string InvalidFormat = "invalid reference format";
        reference = null;
        if (IdentifierPattern().IsMatch(text)) return $"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings";

        (string domain, string remainder) = SplitDomain(text);
        int tagOrDigest = remainder.AsSpan().IndexOfAny(':', '@');
        string remote = tagOrDigest < 0 ? remainder : remainder[..tagOrDigest];
        if (remote.Any(char.IsUpper)) return $"{InvalidFormat}: repository name ({remote}) must be lowercase";

        Match match = ReferencePattern().Match($"{domain}/{remainder}");
        if (!match.Success) return InvalidFormat;
        string path = match.Groups["path"].Value;
        if (path.Length > MaxNameLength) return $"repository name must not be more than {MaxNameLength} characters";

        Digest? digest = null;
        if (match.Groups["digest"] is { Success: true } group)
        {
            if (!group.Value.StartsWith("sha256:", StringComparison.Ordinal))
                return group.Value.StartsWith("sha512:", StringComparison.Ordinal) || group.Value.StartsWith("sha384:", StringComparison.Ordinal)
                    ? $"unsupported digest algorithm in '{text}': only sha256 is supported" : "unsupported digest algorithm";
            if (group.Value.Length != 71) return "invalid checksum digest length";
            if (!Image.Digest.TryParse(group.Value, out var parsed)) return "invalid checksum digest format";
            digest = parsed;
        }
        reference = new ImageReference(match.Groups["domain"].Value, path, match.Groups["tag"] is { Success: true } tag ? tag.Value : null, digest);
        return null;
    }

    private static (string Domain, string Remainder) SplitDomain(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : text[..slash];
        bool isDomain = first.AsSpan().ContainsAny('.', ':') || first is "localhost" || first.Any(char.IsUpper);
        (string domain, string remainder) = isDomain ? (first, text[(slash + 1)..]) : (DefaultDomain, text);
        if (domain is LegacyDefaultDomain) domain = DefaultDomain;
        if (domain is DefaultDomain && !remainder.Contains('/', StringComparison.Ordinal)) remainder = OfficialPrefix + remainder;
        return (domain, remainder);
    }

    private const string PathComponent = "[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*";
    private const string DomainLabel = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";

    [GeneratedRegex($@"\A(?<domain>(?:{DomainLabel}(?:\.{DomainLabel})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?)/(?<path>{PathComponent}(?:/{PathComponent})*)" +
        @"(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ReferencePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierPattern();
}
