using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A blob that is not what its name says, or an unpacked layer that is not what its blob says.</summary>
/// <param name="Digest">Of the blob; of an unpacked layer its diffID.</param>
/// <param name="What">"is missing", "has 12 bytes instead of 34", "is corrupt: its content has the digest …".</param>
/// <param name="Owner">A name or id of an image that needs it, and as what: "layer of busybox:latest".</param>
/// <param name="Repaired">Null: it was not; else how: "fetched again from docker.io/library/busybox", "unpacked again".</param>
public sealed record BlobProblem(Digest Digest, string What, string Owner, string? Repaired, string? WhyNot);

/// <summary>What a check found.</summary>
/// <param name="Blobs">How many were read.</param>
/// <param name="Layers">How many were compared with their blobs.</param>
public sealed record CheckResult(int Blobs, int Layers, long Bytes, IReadOnlyList<BlobProblem> Problems)
{
    public int Repaired => Problems.Count(problem => problem.Repaired is not null);
}
