using System.Text;
using Sampan.Layers.Tar;

namespace Sampan.Layers;

/// <summary>Walks over a tar that is a container of files (docker save, an OCI archive) and not a tree to make: nothing touches the disk. Front to back, on the
/// caller's thread.</summary>
public sealed class ArchiveReader(Stream tar, long maxEntries, CancellationToken ct)
{
    private readonly TarReader _reader = new(new StreamSource(tar, long.MaxValue, ct), maxEntries);

    /// <summary>The next file or link; null at the end. Directories and special files are passed over.</summary>
    /// <exception cref="Faults.FaultException">InvalidArgument: damaged, truncated, or over the limit.</exception>
    public ArchiveEntry? Read()
    {
        while (_reader.Read() is { } entry)
        {
            if (entry.Sparse is not null) throw TarFault.Refused(entry.Name, "a sparse file has no place in an archive of blobs");
            if (entry.Kind is TarKind.File or TarKind.HardLink or TarKind.SymbolicLink)
            {
                return new ArchiveEntry(Encoding.UTF8.GetString(entry.Name), entry.StoredSize,
                    entry.Kind is TarKind.File ? null : Encoding.UTF8.GetString(entry.LinkName), entry.Kind is TarKind.SymbolicLink);
            }
        }
        return null;
    }

    /// <summary>The next bytes of the last read file, valid until the next call; empty at its end.</summary>
    public ReadOnlySpan<byte> TakeData() => _reader.TakeData();
}

/// <param name="Name">As in the tar: to be compared, never to be opened.</param>
/// <param name="Size">Bytes of its data.</param>
/// <param name="LinkTarget">Null for a file.</param>
/// <param name="IsSymbolic">The target is relative to the entry's folder, not to the archive's root.</param>
public sealed record ArchiveEntry(string Name, long Size, string? LinkTarget, bool IsSymbolic);
