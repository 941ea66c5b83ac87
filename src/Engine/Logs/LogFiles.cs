using System.Globalization;
using System.IO.Compression;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Logs;

/// <summary>One file of a log as it was found; a rotation gives it another name.</summary>
internal readonly record struct LogFile(string Path, Statx Stat)
{
    public bool IsCompressed => Path.EndsWith(LogFiles.Compressed, StringComparison.Ordinal);

    public bool Is(in Statx other) => (Stat.Inode, Stat.DevMajor, Stat.DevMinor) == (other.Inode, other.DevMajor, other.DevMinor);
}

/// <summary>The files of one log: <c>path</c> now, <c>path.1</c> (or <c>path.1.gz</c>), <c>path.2</c> … before it.</summary>
internal static class LogFiles
{
    public const string Compressed = ".gz";

    /// <summary>What is there, oldest first, as it was at one moment between two rotations.</summary>
    public static List<LogFile> List(string path)
    {
        while (true)
        {
            var files = new List<LogFile>();
            bool begun = Files.TryStat(null, path, followLinks: false, out var current);
            if (begun)
                files.Add(new LogFile(path, current));
            for (int i = 1; ; i++)
            {
                string older = string.Create(CultureInfo.InvariantCulture, $"{path}.{i}"), name = older;
                if (!Files.TryStat(null, name, followLinks: false, out var stat) && !Files.TryStat(null, name = older + Compressed, followLinks: false, out stat))
                    break;
                files.Insert(0, new LogFile(name, stat));
            }
            if (Files.TryStat(null, path, followLinks: false, out var now) == begun && now.Inode == current.Inode)
                return files;
        }
    }

    /// <summary>Where in the list the file is that somebody holds open: itself, or what became of it when it was compressed.</summary>
    /// <returns>-1: it is gone.</returns>
    public static int IndexOf(List<LogFile> files, in Statx held)
    {
        for (int i = files.Count - 1; i >= 0; i--)
            if (files[i].Is(held))
                return i;
        // The newest: the number of an older one that is gone may have been used again for the one held.
        for (int i = files.Count - 1; i >= 0; i--)
            if (files[i].IsCompressed && OriginOf(files[i]) == held.Inode)
                return i;
        return -1;
    }

    private static ulong? OriginOf(in LogFile file)
    {
        try
        {
            return GzipFile.OriginOf(file.Path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens what exists, oldest first. A rotation in between is harmless: an open file keeps its content.</summary>
    public static List<FileStream> OpenAll(string path)
    {
        while (true)
        {
            var files = new List<FileStream>();
            bool moved = false;
            foreach (var file in List(path))
                if (TryOpen(file) is { } open) files.Add(open);
                else moved = true;
            if (!moved) return files;
            foreach (var open in files) open.Dispose();
        }
    }

    /// <returns>Null when it has another name by now: look again.</returns>
    public static FileStream? TryOpen(in LogFile file)
    {
        try
        {
            // Unbuffered: the reader has its own block, and a follower must see what was appended.
            var open = new FileStream(file.Path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            });
            if (!file.Is(Files.Stat(open.SafeFileHandle)))
            {
                open.Dispose();
                return null;
            }
            return file.IsCompressed ? Unpack(open) : open;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The content in a file without a name, which goes with its descriptor: the tail of a log is read backwards.</summary>
    private static FileStream Unpack(FileStream packed)
    {
        using (packed)
        {
            var unpacked = new FileStream(Path.Combine(Path.GetDirectoryName(packed.Name)!, Path.GetRandomFileName()), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            File.Delete(unpacked.Name);
            using var gzip = new GZipStream(packed, CompressionMode.Decompress);
            gzip.CopyTo(unpacked);
            return unpacked;
        }
    }
}
