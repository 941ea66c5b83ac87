using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>The file system that becomes "/", mounted nowhere yet, and the directory of the host where it will lie.</summary>
internal sealed class RootMount : IDisposable
{
    private RootMount(string path, RootDirectory directory) => (Path, Directory) = (path, directory);

    /// <summary>Absolute path on the host.</summary>
    internal string Path { get; }

    /// <summary>The mount itself: paths in it resolve in the container.</summary>
    internal RootDirectory Directory { get; }

    /// <exception cref="FaultException">InvalidArgument without a root; NotSupported for a kind of mount; LinuxException of the mount.</exception>
    internal static RootMount Open(string bundle, RuntimeSpec spec, IReadOnlyList<Mount> mounts)
    {
        string given = spec.Root?.Path ?? throw new FaultException(FaultKind.InvalidArgument, "invalid config.json: 'root' is missing");
        string path = System.IO.Path.GetFullPath(given, bundle);
        if (mounts.Count == 0)
        {
            using SafeFileHandle place = Files.Open(path, OpenFlags.Path | OpenFlags.Directory);
            return new(path, new RootDirectory(Mounts.Clone(place, recursive: true, path), path));
        }
        if (mounts.Count > 1)
            throw new FaultException(FaultKind.NotSupported, $"a root of {mounts.Count} mounts over each other is not supported; give one");
        return new(path, new RootDirectory(Make(mounts[0]), path));
    }

    public void Dispose() => Directory.Dispose();

    private static SafeFileHandle Make(Mount mount)
    {
        MountOptions options = MountOptions.Parse(mount.Options);
        if (options.IsBind || mount.Type == "bind")
        {
            using SafeFileHandle source = Files.Open(mount.Source, OpenFlags.Path);
            SafeFileHandle bind = Mounts.Clone(source, options.IsRecursiveBind, mount.Source);
            if ((options.Set | options.Clear) != 0) Mounts.SetAttributes(bind, options.Set, options.Clear, 0, recursive: false, mount.Source);
            return bind;
        }
        return mount.Type switch
        {
            "overlay" => OverlayMount.Create(options.FileSystem, options.Set),
            FuseOverlay.MountType => FuseOverlay.Create(options.FileSystem, options.Set),
            _ => Mounts.Create(mount.Type, mount.Source, options.FileSystem, options.Set),
        };
    }
}
