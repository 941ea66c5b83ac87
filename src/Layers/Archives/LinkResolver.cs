using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Archives;

/// <summary>Spells out where a path leads once its symbolic links are followed in a root, also when nothing is there yet. The answer is for people
/// and clients; what is opened is always resolved by the kernel.</summary>
internal static unsafe class LinkResolver
{
    private const int MaxLinks = 255;

    /// <returns>An absolute path in the root.</returns>
    /// <exception cref="LinuxException">ELOOP.</exception>
    internal static string Resolve(RootDirectory root, string path)
    {
        Stack<string> todo = new(Enumerable.Reverse(path.Split('/')));
        List<string> done = [];
        for (int links = 0; todo.TryPop(out string? part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (done.Count > 0) done.RemoveAt(done.Count - 1);
                continue;
            }
            if (ReadLink(root, done, part) is not { } target)
            {
                done.Add(part);
                continue;
            }
            if (++links > MaxLinks) throw new LinuxException(Errno.ELOOP, "readlinkat", $"cannot follow '{path}' in '{root.Name}'");
            if (target.StartsWith('/')) done.Clear();
            foreach (string next in Enumerable.Reverse(target.Split('/'))) todo.Push(next);
        }
        return "/" + string.Join('/', done);
    }

    private static string? ReadLink(RootDirectory root, List<string> parent, string name)
    {
        using SafeFileHandle? directory = root.TryOpen("/" + string.Join('/', parent), OpenFlags.Path | OpenFlags.Directory, 0, out _);
        if (directory is null) return null;
        byte* target = stackalloc byte[4096];
        nint length = Libc.readlinkat(directory.Fd(), name, target, 4096);
        return length < 0 ? null : Encoding.UTF8.GetString(target, (int)length);
    }
}
