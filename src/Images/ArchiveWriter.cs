using System.Buffers.Binary;
using System.Text;

namespace Sampan.Images;

/// <summary>Writes a plain ustar archive of files and folders of ours, with fixed times and owners: the same content gives the same bytes. POSIX.1-1988, § 10.1.1.</summary>
internal sealed class ArchiveWriter(Stream target)
{
    private const int BlockBytes = 512;
    private const int MaxNameBytes = 100;
    private const long MaxOctalSize = 0x1_FFFF_FFFF;   // 11 octal digits
    private static readonly byte[] Zeros = new byte[2 * BlockBytes];

    internal Task WriteFolderAsync(string name, CancellationToken ct) => target.WriteAsync(Header(name, 0, folder: true), ct).AsTask();

    internal Task WriteFileAsync(string name, byte[] content, CancellationToken ct) => WriteFileAsync(name, new MemoryStream(content), content.Length, ct);

    internal async Task WriteFileAsync(string name, Stream content, long size, CancellationToken ct)
    {
        await target.WriteAsync(Header(name, size, folder: false), ct).ConfigureAwait(false);
        await content.CopyToAsync(target, 256 * 1024, ct).ConfigureAwait(false);
        await target.WriteAsync(Zeros.AsMemory(0, (int)(-size & (BlockBytes - 1))), ct).ConfigureAwait(false);
    }

    internal async Task EndAsync(CancellationToken ct)
    {
        await target.WriteAsync(Zeros, ct).ConfigureAwait(false);
        await target.FlushAsync(ct).ConfigureAwait(false);
    }

    private static byte[] Header(string name, long size, bool folder)
    {
        byte[] header = new byte[BlockBytes];
        if (Encoding.ASCII.GetByteCount(name) > MaxNameBytes) throw new ArgumentException($"'{name}' is longer than {MaxNameBytes} bytes", nameof(name));
        Encoding.ASCII.GetBytes(name, header);
        Octal(header.AsSpan(100, 8), folder ? 0b111_101_101 : 0b110_100_100);   // mode 0755, 0644
        Octal(header.AsSpan(108, 8), 0);                                        // uid
        Octal(header.AsSpan(116, 8), 0);                                        // gid
        Size(header.AsSpan(124, 12), size);
        Octal(header.AsSpan(136, 12), 0);                                       // mtime
        header[156] = (byte)(folder ? '5' : '0');
        "ustar\0"u8.CopyTo(header.AsSpan(257));
        "00"u8.CopyTo(header.AsSpan(263));
        Checksum(header);
        return header;
    }

    private static void Size(Span<byte> field, long size)
    {
        if (size <= MaxOctalSize)
        {
            Octal(field, size);
            return;
        }
        // GNU's base-256 form, which every reader of today knows.
        field[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(field[4..], size);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3) field[i] = (byte)('0' + (value & 7));
    }

    private static void Checksum(byte[] header)
    {
        Span<byte> field = header.AsSpan(148, 8);
        field.Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header) sum += b;
        Octal(field[..7], sum);
    }
}
