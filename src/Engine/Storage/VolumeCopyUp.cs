using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Sampan.Layers;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Storage;

/// <summary>The first use of an empty volume: it gets the files that the image has at its mount point.</summary>
internal static class VolumeCopyUp
{
    public static void Run(RootDirectory rootfs, string destination, string volumeFolder)
    {
        using var source = rootfs.TryOpen(destination, OpenFlags.ReadOnly | OpenFlags.Directory, 0, out _);
        if (source is null || Directory.EnumerateFileSystemEntries(volumeFolder).Any())
            return;
        using var target = RootDirectory.Open(volumeFolder);
        if (Directory.EnumerateFileSystemEntries(source.ProcPath()).Any())
            Copy(source, destination, target);
        CopyOwner(source, volumeFolder);
    }

    private static void Copy(SafeFileHandle source, string destination, RootDirectory target)
    {
        using var from = new RootDirectory(Files.Duplicate(source), destination);
        var pipe = new Pipe(new PipeOptions(useSynchronizationContext: false));
        var packing = Task.Run(() =>
        {
            Exception? failure = null;
            try
            {
                using var stream = pipe.Writer.AsStream(leaveOpen: true);
                Archive.Export(from, stream, CancellationToken.None);
            }
            catch (Exception error)
            {
                failure = error;
            }
            pipe.Writer.Complete(failure);
        });
        using (var stream = pipe.Reader.AsStream())
            Archive.Unpack(stream, target, "/", new UnpackOptions(), CancellationToken.None);
        packing.GetAwaiter().GetResult();
    }

    private static void CopyOwner(SafeFileHandle source, string volumeFolder)
    {
        var stat = Files.Stat(source);
        using var folder = Files.Open(volumeFolder, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (Libc.fchown(folder.Fd(), stat.Uid, stat.Gid) < 0)
            throw LinuxException.FromLastError("fchown", $"cannot give '{volumeFolder}' its owner");
        if (Libc.fchmod(folder.Fd(), stat.Permissions) < 0)
            throw LinuxException.FromLastError("fchmod", $"cannot give '{volumeFolder}' its mode");
    }
}
