namespace Sampan.Content;

/// <summary>Small documents that are replaced whole: a reader, also one after a crash, sees the old or the new one.</summary>
public static class AtomicFile
{
    private const string TemporarySuffix = ".tmp";

    /// <summary>Writes to a temporary name beside <paramref name="path"/>, flushes it to the disk and renames. Callers keep two writers of one path apart.</summary>
    /// <param name="flush">False for what is made anew at every start: a power failure may then leave it empty.</param>
    /// <exception cref="Sampan.Faults.FaultException">The disk is full.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool flush = true)
    {
        string temporary = path + TemporarySuffix;
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
            {
                RandomAccess.Write(file, content, 0);
                if (flush) RandomAccess.FlushToDisk(file);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException e)
        {
            File.Delete(temporary);
            throw DiskFull.Is(e) ? DiskFull.Fault($"write '{path}'", e) : e;
        }
    }

    /// <summary>Whether a file found in a folder of such documents is what a crash left of a replacement.</summary>
    public static bool IsLeftover(string path) => path.EndsWith(TemporarySuffix, StringComparison.Ordinal);
}
