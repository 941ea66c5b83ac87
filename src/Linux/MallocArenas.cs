using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>The pools that malloc(3) shares among threads.</summary>
public static partial class MallocArenas
{
    private const int M_ARENA_MAX = -8;

    /// <summary>At most <paramref name="count"/> from now on. Without a word there are eight for each processor, and each keeps what the libraries (zlib, zstd, OpenSSL)
    /// needed once on its threads. Callable before .NET's runtime has started. mallopt(3)</summary>
    public static void Limit(int count) => mallopt(M_ARENA_MAX, count);

    [LibraryImport("libc")]
    [SuppressGCTransition]
    private static partial int mallopt(int parameter, int value);
}
