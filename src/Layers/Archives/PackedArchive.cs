using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Archives;
using Sampan.Layers.Packing;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers;

/// <summary>A path of a root held open, ready to be written as a tar.</summary>
public sealed class PackedArchive : IDisposable
{
    private readonly FoundPath _found;

    internal PackedArchive(FoundPath found, PathStat stat) => (_found, Stat) = (found, stat);

    public PathStat Stat { get; }

    /// <summary>Streams the tar: the path's last element, and for a directory all below it, volumes included, the kernel's own file systems
    /// (proc, sysfs, …) left empty. Synchronous, for a thread of its own; memory does not grow with the files. The stream stays open.</summary>
    /// <param name="firstName">What every entry begins with, instead of the path's last element.</param>
    /// <exception cref="LinuxException">Reading the tree.</exception>
    public void Write(Stream tar, CancellationToken ct, string? firstName = null)
    {
        using BufferedStream buffered = new(new UnclosedStream(tar), 64 * 1024);
        using TreePacker packer = new(buffered, ct);
        Statx stat = Files.Stat(_found.Place);
        // Docker names the root's own entry "/" and what is in it "/bin".
        byte[] name = Encoding.UTF8.GetBytes(firstName ?? (Stat.Name == "/" ? "" : Stat.Name));
        packer.Pack(_found.Parent.Fd(), _found.NameWithZero, stat, name);
        if (stat.Kind == FileKind.Directory)
        {
            using SafeFileHandle directory = Files.Open(_found.Place.ProcPath(), OpenFlags.ReadOnly | OpenFlags.Directory);
            packer.PackContent(directory, [.. name, (byte)'/'], MountCrossing.Data);
        }
        packer.Finish();
    }

    public void Dispose() => _found.Dispose();
}
