using System.Globalization;
using System.Runtime.InteropServices;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>What this process has mapped of files it only reads: its program and libraries.</summary>
public static unsafe partial class FileMappings
{
    private const int DontNeed = 4; // MADV_DONTNEED

    /// <summary>Unmaps the pages of every read-only file mapping that was never written: the page cache keeps them, and the next use maps them again
    /// (about a microsecond for sixteen). A process that rests then counts only what is its own. madvise(2) MADV_DONTNEED, proc_pid_smaps(5)</summary>
    /// <returns>Bytes of the mappings.</returns>
    public static long Release()
    {
        long released = 0;
        (nuint Start, nuint Length) mapping = default;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (char.IsAsciiHexDigitLower(line[0])) mapping = ReadOnlyFile(line);
            // What the dynamic linker relocated and then protected is read-only too, and would be lost.
            else if (mapping.Length > 0 && line.StartsWith("Anonymous:", StringComparison.Ordinal))
            {
                if (line.AsSpan("Anonymous:".Length).Trim() is "0 kB" && madvise(mapping.Start, mapping.Length, DontNeed) == 0) released += (long)mapping.Length;
                mapping = default;
            }
        }
        return released;
    }

    // "00400000-0041c000 r-xp 00000000 08:01 1234    /usr/bin/x"; length 0 for every other kind.
    private static (nuint Start, nuint Length) ReadOnlyFile(ReadOnlySpan<char> line)
    {
        int dash = line.IndexOf('-'), space = line.IndexOf(' ');
        if (line[space + 1] != 'r' || line[space + 2] != '-' || !line.Contains(" /", StringComparison.Ordinal)) return default;
        nuint start = nuint.Parse(line[..dash], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (start, nuint.Parse(line[(dash + 1)..space], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - start);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int madvise(nuint address, nuint length, int advice);
}
