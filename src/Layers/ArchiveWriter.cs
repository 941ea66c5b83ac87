using System.Text;
using Sampan.Layers.Tar;

namespace Sampan.Layers;

/// <summary>Writes a tar that is a container of files (docker save, an OCI archive), with fixed times and owners: the same content gives the same bytes.</summary>
public sealed class ArchiveWriter(Stream target)
{
    private readonly TarWriter _writer = new(target);
    private readonly byte[] _buffer = new byte[80 * 1024];   // no large object: those stay until a full collection

    /// <param name="name">Ends with '/'.</param>
    public void WriteFolder(string name) => _writer.WriteEntry(new TarEntry { Kind = TarKind.Directory, Name = Encoding.UTF8.GetBytes(name), Mode = 0x1ED /* 0755 */ });

    public void WriteFile(string name, ReadOnlySpan<byte> content)
    {
        Begin(name, content.Length);
        _writer.WriteData(content);
    }

    /// <summary>As many bytes of <paramref name="content"/> as <paramref name="size"/> says.</summary>
    /// <exception cref="InvalidOperationException">It had more or fewer.</exception>
    public void WriteFile(string name, Stream content, long size, CancellationToken ct)
    {
        Begin(name, size);
        for (int got; (got = content.Read(_buffer)) > 0;)
        {
            ct.ThrowIfCancellationRequested();
            _writer.WriteData(_buffer.AsSpan(0, got));
        }
    }

    /// <summary>The end mark. The stream stays open.</summary>
    public void Finish() => _writer.Finish();

    private void Begin(string name, long size) =>
        _writer.WriteEntry(new TarEntry { Kind = TarKind.File, Name = Encoding.UTF8.GetBytes(name), Mode = 0x1A4 /* 0644 */, StoredSize = size });
}
