using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>What the images take: docker system df. Bytes of unpacked files.</summary>
/// <param name="LayersSize">Every layer once.</param>
/// <param name="SharedSizes">Per image, the bytes of layers that other images have too.</param>
/// <param name="ContentSize">Bytes of the compressed blobs, kept so that push and save need not compress again.</param>
public sealed record ImageDiskUsage(long LayersSize, IReadOnlyDictionary<Digest, long> SharedSizes, long ContentSize);
