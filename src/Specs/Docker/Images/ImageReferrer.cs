namespace Sampan.Specs.Docker;

/// <summary>One row of our own GET /sampan/images/referrers.</summary>
public sealed record ImageReferrer
{
    /// <summary>Digest of the index or manifest it refers to.</summary>
    public required string Subject { get; init; }

    /// <summary>What it is: application/spdx+json, application/vnd.dev.cosign.artifact.sig.v1+json, …</summary>
    public string ArtifactType { get; init => field = value ?? ""; } = "";
    public required OciDescriptor Descriptor { get; init; }
}
