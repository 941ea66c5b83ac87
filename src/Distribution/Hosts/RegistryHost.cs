namespace Sampan.Distribution.Hosts;

/// <summary>One place that answers for a registry: the registry itself, or a mirror of it.</summary>
internal sealed record RegistryHost
{
    /// <summary>host or host:port.</summary>
    internal required string Authority { get; init; }

    /// <summary>Null: found out by asking.</summary>
    internal string? Scheme { get; init; }

    /// <summary>What stands before the repository's name, with slashes at both ends: "/v2/".</summary>
    internal string Path { get; init; } = "/v2/";

    /// <summary>Tags may be resolved here; else only content whose digest is known is fetched.</summary>
    internal bool Resolves { get; init; } = true;
    internal bool Pulls { get; init; } = true;
    internal bool Pushes { get; init; } = true;

    /// <summary>A mirror gets no credentials of the registry, and the next one is asked when it fails.</summary>
    internal bool IsMirror { get; init; }

    /// <summary>Sent to a mirror as the query parameter "ns", so that it knows which registry is meant; null: not sent.</summary>
    internal string? Namespace { get; init; }

    /// <summary>Null: as <see cref="InsecureHosts"/> says.</summary>
    internal bool? SkipVerify { get; init; }
    internal HostCertificates Certificates { get; init; } = HostCertificates.None;

    /// <summary>Null: as the options say.</summary>
    internal TimeSpan? DialTimeout { get; init; }
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    internal Uri BaseOf(string scheme) => new($"{scheme}://{Authority}{Path}");

    /// <summary>The same text for the same place reached in the same way.</summary>
    internal string Key => $"{Scheme} {Authority}{Path} {SkipVerify} {DialTimeout} {Certificates.Key}";
}
