using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Layers.Archives;
using Sampan.Layers.Compression;
using Sampan.Layers.Packing;
using Sampan.Layers.Tar;
using Sampan.Layers.Trees;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers;

/// <summary>Tars of paths inside a root, as Docker's container archive API gives and takes them (`docker cp`, `docker export`).
/// Every path resolves inside the root by the kernel (openat2(2), RESOLVE_IN_ROOT) and nothing of the root is run or loaded:
/// CVE-2018-15664, CVE-2019-14271.</summary>
public static class Archive
{
    /// <summary>HEAD /containers/{id}/archive. The last element is not followed when it is a symbolic link, unless the path ends in "/" or "/.".</summary>
    /// <param name="root">Named as the user named the container: Docker's message quotes it.</param>
    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public static PathStat Stat(RootDirectory root, string path)
    {
        ArchivePath parsed = ArchivePath.Parse(path);
        using FoundPath found = FoundPath.Open(root, parsed);
        return Describe(root, parsed, found);
    }

    /// <summary>Where a path leads in the root with all symbolic links followed, as far as there is something; for messages and checks, not to be opened.</summary>
    /// <exception cref="LinuxException">ELOOP.</exception>
    public static string Resolve(RootDirectory root, string path) => LinkResolver.Resolve(root, path);

    /// <summary>GET /containers/{id}/archive: a file, link or directory with everything below it; entries begin with the path's last element.</summary>
    /// <exception cref="FaultException">NotFound, with Docker's text.</exception>
    public static PackedArchive Pack(RootDirectory root, string path)
    {
        ArchivePath parsed = ArchivePath.Parse(path);
        FoundPath found = FoundPath.Open(root, parsed);
        return new PackedArchive(found, Describe(root, parsed, found));
    }

    /// <summary>`docker export`: everything below the root, names relative to it, other mounts left empty. Synchronous, as <see cref="PackedArchive.Write"/>.</summary>
    /// <exception cref="LinuxException">Reading the tree.</exception>
    public static void Export(RootDirectory root, Stream tar, CancellationToken ct)
    {
        using BufferedStream buffered = new(new UnclosedStream(tar), 64 * 1024);
        using TreePacker packer = new(buffered, ct);
        packer.PackContent(root.Handle, [], MountCrossing.Stay);
        packer.Finish();
    }

    /// <summary>PUT /containers/{id}/archive: unpacks a tar, compressed or not, into the existing directory at <paramref name="path"/>, links followed.
    /// Reads <paramref name="tar"/> to its end. Synchronous, for a thread of its own; memory does not grow with the tar. What was unpacked before
    /// an exception stays, as with tar(1).</summary>
    /// <exception cref="FaultException">NotFound: no such directory. InvalidArgument: not a directory, a bad tar, an entry that leads outside.</exception>
    public static void Unpack(Stream tar, RootDirectory root, string path, UnpackOptions options, CancellationToken ct)
    {
        ArchivePath parsed = ArchivePath.Parse(path);
        using SafeFileHandle directory = OpenTarget(root, parsed);
        using CompressedInput input = new(tar, null, ct);
        using Stream plain = Decompression.Open(input, out _);
        TarReader reader = new(new StreamSource(plain, options.MaxBytes, ct), options.MaxEntries);
        EntryPath entryPath = new();
        TreeWriterOptions writing = new() { Owner = options.Owner, NoOverwriteDirNonDir = options.NoOverwriteDirNonDir, AppliesRoot = false, IsElsewhere = true };
        using (TreeWriter tree = new(root.Handle, parsed.Text, directory, writing))
        {
            while (reader.Read() is { } entry)
            {
                ct.ThrowIfCancellationRequested();
                if (options.Rename is { } rename) Rename(entry, Encoding.UTF8.GetBytes(rename.From), Encoding.UTF8.GetBytes(rename.To));
                entryPath.Set(entry.Name, entry.Name);
                tree.Write(entry, entryPath, reader);
            }
        }
        reader.Drain();
        input.Drain();
    }

    private static void Rename(TarEntry entry, byte[] from, byte[] to)
    {
        entry.Name = Renamed(entry.Name);
        if (entry.Kind == TarKind.HardLink) entry.LinkName = Renamed(entry.LinkName);

        byte[] Renamed(byte[] name) => name.AsSpan().StartsWith(from) && (from.Length == 0 || name.Length == from.Length || name[from.Length] == '/')
            ? [.. to, .. name.AsSpan(from.Length)] : name;
    }

    private static SafeFileHandle OpenTarget(RootDirectory root, ArchivePath path)
    {
        SafeFileHandle? directory = root.TryOpen(path.Text, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out Errno errno);
        if (errno == Errno.ENOTDIR) throw new FaultException(FaultKind.InvalidArgument, "extraction point is not a directory");   // Docker's words
        return directory ?? throw FoundPath.Missing(errno, path, root);
    }

    private static PathStat Describe(RootDirectory root, ArchivePath path, FoundPath found)
    {
        Statx stat = Files.Stat(found.Place);
        string target = stat.Kind == FileKind.SymbolicLink ? LinkResolver.Resolve(root, path.Text) : "";
        DateTimeOffset modified = DateTimeOffset.FromUnixTimeSeconds(stat.ModifyTime.Seconds).AddTicks(stat.ModifyTime.Nanoseconds / 100);
        return new PathStat(path.BaseName, (long)stat.Size, GoFileMode.Of(stat), modified, target);
    }
}
