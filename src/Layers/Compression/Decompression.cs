namespace Sampan.Layers.Compression;

/// <summary>Tells a stream's compression by its first bytes, and undoes it.</summary>
public static class Decompression
{
    private const int LongestMagic = 6;

    /// <summary>The compression that bytes at the beginning of a file tell; at least 6 bytes unless the file is shorter.</summary>
    public static CompressionFormat Detect(ReadOnlySpan<byte> start)
        => start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? CompressionFormat.Gzip
        : start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || IsSkippableZstdFrame(start) ? CompressionFormat.Zstd
        : start.StartsWith("BZh"u8) ? CompressionFormat.Bzip2
        : start.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? CompressionFormat.Xz
        : CompressionFormat.None;

    /// <summary>The decompressed bytes of <paramref name="stream"/>, which stays the caller's; as they are when they are not compressed.
    /// Bytes behind gzip's last member are not read.</summary>
    /// <exception cref="Faults.FaultException">NotSupported: the library for the format is missing. While reading, InvalidArgument: damaged data.</exception>
    public static Stream Open(Stream stream, out CompressionFormat format, CancellationToken ct)
    {
        CompressedInput input = new(stream, null, ct);
        try
        {
            return Open(input, out format);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    internal static Stream Open(CompressedInput input, out CompressionFormat format)
    {
        format = Detect(input.Peek(LongestMagic));
        return format switch
        {
            CompressionFormat.Gzip => new GzipDecoder(input),
            CompressionFormat.Zstd => new ZstdDecoder(input),
            CompressionFormat.Bzip2 => new Bzip2Decoder(input),
            CompressionFormat.Xz => new XzDecoder(input),
            _ => input,
        };
    }

    // RFC 8878 § 3.1.2: 0x184D2A50 to 0x184D2A5F, little-endian. zstd:chunked and pzstd begin with one.
    private static bool IsSkippableZstdFrame(ReadOnlySpan<byte> start)
        => start.Length >= 4 && (start[0] & 0xF0) == 0x50 && start[1..4].SequenceEqual((ReadOnlySpan<byte>)[0x2A, 0x4D, 0x18]);
}
