using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What the images hold: the bytes of their unpacked files, as docker images shows them.</summary>
/// <param name="LayersSize">Every layer once.</param>
/// <param name="SharedSizes">Per image, the bytes of layers that other images have too.</param>
public sealed record ImageDiskUsage(long LayersSize, IReadOnlyDictionary<Digest, long> SharedSizes);

/// <summary>What the images take on disk, unpacked layers and blobs, allocated blocks as du(1) counts them: docker system df.</summary>
/// <param name="Total">Every layer and blob once.</param>
/// <param name="Images">Per image: all it needs, and the part of it that other images need too.</param>
public sealed record ImageDiskSpace(long Total, IReadOnlyDictionary<Digest, (long Size, long Shared)> Images);
