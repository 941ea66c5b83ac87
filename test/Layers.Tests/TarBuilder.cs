using System.Text;

namespace Sampan.Layers.Tests;

/// <summary>Makes tars by hand, wrong ones above all: independent of the product's own reader and writer.</summary>
internal sealed class TarBuilder
{
    private readonly MemoryStream _tar = new();

    internal TarBuilder Entry(string name, char flag, string content = "", string link = "", uint mode = 0x1A4, long? size = null, string magic = "ustar\000",
        string device = "")
        => Entry(Encoding.UTF8.GetBytes(name), flag, Encoding.UTF8.GetBytes(content), Encoding.UTF8.GetBytes(link), mode, size, magic, device);

    internal TarBuilder Entry(byte[] name, char flag, byte[] content, byte[] link, uint mode, long? size, string magic, string device)
    {
        byte[] block = new byte[512];
        name.AsSpan(0, Math.Min(100, name.Length)).CopyTo(block);
        Put(block, 100, Octal(mode, 7));
        Put(block, 108, Octal(0, 7));
        Put(block, 116, Octal(0, 7));
        Put(block, 124, Octal(size ?? content.Length, 11));
        Put(block, 136, Octal(1_700_000_000, 11));
        block[156] = (byte)flag;
        link.AsSpan(0, Math.Min(100, link.Length)).CopyTo(block.AsSpan(157));
        Put(block, 257, magic);
        if (device.Length > 0)
        {
            Put(block, 329, Octal(long.Parse(device.Split(':')[0]), 7));
            Put(block, 337, Octal(long.Parse(device.Split(':')[1]), 7));
        }
        return Raw(Sealed(block)).Raw(content).Pad();
    }

    internal TarBuilder File(string name, string content = "content") => Entry(name, '0', content);

    internal TarBuilder Directory(string name, uint mode = 0x1ED) => Entry(name, '5', mode: mode);

    internal TarBuilder Link(string name, string target) => Entry(name, '2', link: target);

    internal TarBuilder HardLink(string name, string target) => Entry(name, '1', link: target);

    internal TarBuilder Pax(params (string Key, string Value)[] records)
    {
        StringBuilder content = new();
        foreach ((string key, string value) in records)
        {
            int length = Encoding.UTF8.GetByteCount($" {key}={value}\n"), total = length + 1;
            while (total != length + total.ToString().Length) total = length + total.ToString().Length;
            content.Append($"{total} {key}={value}\n");
        }
        return Entry("PaxHeaders/x", 'x', content.ToString());
    }

    internal TarBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _tar.Write(bytes);
        return this;
    }

    internal TarBuilder Pad() => Raw(new byte[-_tar.Length & 511]);

    internal byte[] End() => Raw(new byte[1024]).ToArray();

    internal byte[] ToArray() => _tar.ToArray();

    internal static byte[] Sealed(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in block) sum += value;
        Put(block, 148, Octal(sum, 6) + "\0 ");
        return block;
    }

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0')[^digits..];

    private static void Put(byte[] block, int offset, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, offset);
}
