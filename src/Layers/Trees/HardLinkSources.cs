using Microsoft.Win32.SafeHandles;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Layers.Trees;

/// <summary>Finds the targets of hard links. The last target's directory stays open: links come in runs.</summary>
internal sealed class HardLinkSources(SafeFileHandle root, string basePath) : IDisposable
{
    private readonly EntryPath _path = new();
    private byte[] _directoryPath = [];
    private SafeFileHandle? _directory;

    /// <returns>The target's open directory and its name there, zero byte included.</returns>
    internal (int Directory, byte[] Name) Find(TarEntry entry)
    {
        _path.Set(entry.LinkName, entry.Name);
        if (_path.Depth == 0) throw TarFault.Refused(entry.Name, "its hard link's target is the root");
        byte[] directoryPath = _path.Join(System.Text.Encoding.UTF8.GetBytes(basePath.TrimEnd('/')), _path.Depth - 1);
        if (_directory is null || !directoryPath.AsSpan().SequenceEqual(_directoryPath))
        {
            Forget();
            _directory = Open(directoryPath, entry);
            _directoryPath = directoryPath;
        }
        return (_directory.Fd(), _path.LastWithZero.ToArray());
    }

    internal void Forget()
    {
        _directory?.Dispose();
        _directory = null;
    }

    public void Dispose() => Forget();

    private SafeFileHandle Open(byte[] path, TarEntry entry)
    {
        int fd = RootResolution.Open(root.Fd(), path, OpenFlags.Path | OpenFlags.Directory);
        if (fd >= 0) return new SafeFileHandle(fd, ownsHandle: true);
        throw LinuxException.LastError is Errno.ENOENT or Errno.ENOTDIR
            ? TarFault.Refused(entry.Name, $"its hard link's target '{TarText.Display(entry.LinkName)}' does not exist")
            : LinuxException.FromLastError("openat2", $"cannot unpack '{entry.DisplayName}'");
    }
}
