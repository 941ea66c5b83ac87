using System.Globalization;
using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>Blobs on their way in: named by digest while fetched (and resumed after a crash), by number while their digest is unknown.</summary>
internal sealed class IngestFolder(string path)
{
    private const string AnonymousPrefix = "new-";
    private static readonly TimeSpan ResumableFor = TimeSpan.FromDays(1);
    private long _next;

    internal void Open() => Directory.CreateDirectory(path);

    internal string PathOf(Digest digest) => Path.Combine(path, digest.Hex);

    internal string NewPath() => Path.Combine(path, AnonymousPrefix + Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture));

    internal void DropStale()
    {
        DateTime oldest = DateTime.UtcNow - ResumableFor;
        foreach (var file in new DirectoryInfo(path).EnumerateFiles())
        {
            if (file.Name.StartsWith(AnonymousPrefix, StringComparison.Ordinal) || file.LastWriteTimeUtc < oldest) file.Delete();
        }
    }

    /// <returns>Bytes given back.</returns>
    internal long DropPartials(IReadOnlyCollection<Digest> running)
    {
        var busy = running.Select(digest => digest.Hex).ToHashSet(StringComparer.Ordinal);
        long bytes = 0;
        foreach (var file in new DirectoryInfo(path).EnumerateFiles().Where(file => !file.Name.StartsWith(AnonymousPrefix, StringComparison.Ordinal) && !busy.Contains(file.Name)))
        {
            bytes += file.Length;
            file.Delete();
        }
        return bytes;
    }
}
