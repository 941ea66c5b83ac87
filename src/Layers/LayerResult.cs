using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>What was applied.</summary>
/// <param name="DiffId">Digest of the uncompressed tar. image-spec v1.1, config.md § Layer DiffID.</param>
/// <param name="CompressedBytes">Bytes taken from the stream.</param>
/// <param name="TarBytes">Bytes of the uncompressed tar.</param>
/// <param name="FileBytes">Sum of the file contents written and of the lengths of symbolic links.</param>
/// <param name="Entries">Entries of the tar, whiteouts included.</param>
public sealed record LayerResult(Digest DiffId, CompressionFormat Compression, long CompressedBytes, long TarBytes, long FileBytes, long Entries);
