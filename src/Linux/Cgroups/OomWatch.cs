using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux.Cgroups;

/// <summary>Tells of out-of-memory events: <see cref="Handle"/> polls readable (POLLIN), then <see cref="Acknowledge"/>.
/// v1: an eventfd registered on memory.oom_control. v2: inotify on memory.events.</summary>
public sealed unsafe class OomWatch : IDisposable
{
    private readonly ICgroup _group;
    private long _seen;

    internal OomWatch(SafeFileHandle handle, ICgroup group)
    {
        Handle = handle;
        _group = group;
        _seen = group.OomKills();
    }

    public SafeFileHandle Handle { get; }

    /// <summary>Clears the readable state.</summary>
    /// <returns>True when the killer took a process since the last call; false for other events of the file, such as the removal of the group.</returns>
    public bool Acknowledge()
    {
        byte* ignored = stackalloc byte[4096];
        _ = Libc.read(Handle.Fd(), ignored, 4096);
        return HasStruckAgain();
    }

    /// <summary>The same without a word from the kernel: cgroup v1 tells when memory has run out, a moment before the kill is counted.</summary>
    public bool HasStruckAgain()
    {
        long kills = _group.OomKills();
        bool more = kills > _seen;
        _seen = kills;
        return more;
    }

    public void Dispose() => Handle.Dispose();

    /// <summary>The number behind <paramref name="key"/> in "key value" lines; 0 when absent.</summary>
    internal static long Field(string? lines, ReadOnlySpan<char> key)
    {
        foreach (ReadOnlySpan<char> line in lines.AsSpan().EnumerateLines())
            if (line.StartsWith(key) && line.Length > key.Length && line[key.Length] == ' ' && long.TryParse(line[(key.Length + 1)..], out long value))
                return value;
        return 0;
    }
}
