using System.IO.Compression;
using Sampan.Layers.Tar;

namespace Sampan.Layers.Compression;

/// <summary>gzip, RFC 1952, also of several members, by .NET's zlib-ng.</summary>
internal sealed class GzipDecoder(CompressedInput input) : DecoderStream
{
    private readonly GZipStream _inner = new(input, CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _inner.Read(buffer);
        }
        catch (InvalidDataException invalid)
        {
            throw TarFault.Damaged($"damaged or truncated gzip data near byte {input.Count}", invalid);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
