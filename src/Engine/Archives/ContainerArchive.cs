using Sampan.Layers;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Archives;

/// <summary>A path of a container, ready to be sent as a tar. Written once; the write gives back what was held.</summary>
public sealed class ContainerArchive : IDisposable
{
    private readonly PackedArchive _archive;
    private readonly ContainerFiles _files;

    internal ContainerArchive(ContainerFiles files, PackedArchive archive) => (_files, _archive) = (files, archive);

    public ContainerPathStat Stat => ToDocument(_archive.Stat);

    /// <summary>Streams the tar; blocks a pool thread while the files are read.</summary>
    public async Task WriteAsync(Stream target, CancellationToken ct)
    {
        using (this)
            await Task.Run(() => _archive.Write(new SynchronousStream(target, ct), ct), ct).ConfigureAwait(false);
    }

    internal static ContainerPathStat ToDocument(PathStat stat) =>
        new() { Name = stat.Name, Size = stat.Size, Mode = stat.Mode, Mtime = stat.ModifyTime, LinkTarget = stat.LinkTarget };

    public void Dispose()
    {
        _archive.Dispose();
        _files.Dispose();
    }
}
