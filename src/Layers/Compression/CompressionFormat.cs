namespace Sampan.Layers;

/// <summary>Compression of a layer or archive, told by its first bytes.</summary>
public enum CompressionFormat { None, Gzip, Zstd, Bzip2, Xz }
