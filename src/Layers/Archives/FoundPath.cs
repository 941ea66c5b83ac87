using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Archives;

/// <summary>An archive path found in a root: the open parent, the name there, and the thing itself (O_PATH, a link not followed).</summary>
internal sealed class FoundPath : IDisposable
{
    private FoundPath(SafeFileHandle parent, string name, SafeFileHandle place) => (Parent, NameWithZero, Place) = (parent, Encoding.UTF8.GetBytes(name + "\0"), place);

    internal SafeFileHandle Parent { get; }

    /// <summary>"." when the path means the directory itself.</summary>
    internal byte[] NameWithZero { get; }

    internal SafeFileHandle Place { get; }

    /// <exception cref="FaultException">NotFound, in Docker's words. LinuxException: ENOTDIR, ELOOP, ….</exception>
    internal static FoundPath Open(RootDirectory root, ArchivePath path)
    {
        SafeFileHandle parent = root.TryOpen(path.Directory, OpenFlags.Path | OpenFlags.Directory, 0, out Errno errno) ?? throw Missing(errno, path, root);
        string name = path.IsDirectoryItself ? "." : path.Last;
        SafeFileHandle? place = Files.TryOpenAt(parent, name, OpenFlags.Path | OpenFlags.NoFollow, 0, out errno);
        if (place is not null) return new FoundPath(parent, name, place);
        parent.Dispose();
        throw Missing(errno, path, root);
    }

    public void Dispose()
    {
        Place.Dispose();
        Parent.Dispose();
    }

    internal static FaultException Missing(Errno errno, ArchivePath path, RootDirectory root) => errno == Errno.ENOENT
        ? new FaultException(FaultKind.NotFound, $"Could not find the file {path.Text} in container {root.Name}")
        : new LinuxException(errno, "openat2", $"cannot open '{path.Text}' in '{root.Name}'");
}
