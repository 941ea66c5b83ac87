using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A blob that is not what its name says.</summary>
/// <param name="What">"is missing", "has 12 bytes instead of 34", "is corrupt: its content has the digest …".</param>
/// <param name="Owner">A name or id of an image that needs it, and as what: "layer of busybox:latest".</param>
/// <param name="Repaired">Null: it was not; else where it came from.</param>
public sealed record BlobProblem(Digest Digest, string What, string Owner, string? Repaired, string? WhyNot);

/// <summary>What a check found.</summary>
/// <param name="Blobs">How many were read.</param>
public sealed record CheckResult(int Blobs, long Bytes, IReadOnlyList<BlobProblem> Problems)
{
    public int Repaired => Problems.Count(problem => problem.Repaired is not null);
}
