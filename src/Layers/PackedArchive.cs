namespace Sampan.Layers;

/// <summary>A path of a root held open, ready to be written as a tar.</summary>
public sealed class PackedArchive : IDisposable
{
    internal PackedArchive(PathStat stat) => Stat = stat;

    public PathStat Stat { get; }

    /// <summary>Streams the tar; memory does not grow with it.</summary>
    public void Write(Stream tar, CancellationToken ct) => throw new NotImplementedException();

    public void Dispose() { }
}
