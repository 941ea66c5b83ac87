using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots.Overlay;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Erofs;

/// <summary>Layers as one EROFS image each, <c>layer.erofs</c>, mounted at <c>mnt</c> from its first use until it is removed: containers that share a layer share its cached pages.</summary>
internal sealed class ErofsLayers : ILayerForm
{
    private const string Image = "layer.erofs", Unfinished = "layer.erofs.tmp", Place = "mnt";
    private readonly Lock _gate = new();   // guards mounting

    public void Seal(string directory, ChainId name)
    {
        string unfinished = $"{directory}/{Unfinished}";
        using (SafeFileHandle files = Files.Open($"{directory}/fs", OpenFlags.ReadOnly | OpenFlags.Directory),
            image = Files.Open(unfinished, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Truncate, 0x180 /* 0600 */))
            ErofsWriter.Write(files, image, Convert.FromHexString(name.Hex));
        File.Move(unfinished, $"{directory}/{Image}", overwrite: true);
        Directory.CreateDirectory($"{directory}/{Place}");
    }

    public void Tidy(string directory)
    {
        using SafeFileHandle handle = Files.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string part in (ReadOnlySpan<string>)["work", "fs"]) TreeRemover.Remove(handle, part);
    }

    public string FilesPath(string directory)
    {
        string place = $"{directory}/{Place}";
        lock (_gate)
        {
            // Asked each time: another daemon may have mounted it before this one, and somebody may have unmounted it.
            if (Files.Stat(null, place).IsMountRoot) return place;
            using SafeFileHandle mount = ErofsMount.Create($"{directory}/{Image}"), target = Files.Open(place, OpenFlags.Path | OpenFlags.Directory);
            Mounts.Attach(mount, target, place);
        }
        return place;
    }

    public void Remove(SafeFileHandle folder, string name)
    {
        // Overlays that stand on it hold a mount of their own.
        using SafeFileHandle? directory = Files.TryOpenAt(folder, name, OpenFlags.Path | OpenFlags.Directory, 0, out _);
        if (directory is not null && Files.TryStat(directory, Place, followLinks: false, out Statx stat) && stat.IsMountRoot)
            Mounts.Unmount($"{directory.ProcPath()}/{Place}", UnmountFlags.Detach | UnmountFlags.NoFollow);
        TreeRemover.Remove(folder, name);
    }
}
