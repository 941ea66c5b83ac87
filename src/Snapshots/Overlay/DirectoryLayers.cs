using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Image;

namespace Sampan.Snapshots.Overlay;

/// <summary>Layers as the directories they were applied to.</summary>
internal sealed class DirectoryLayers : ILayerForm
{
    public void Seal(string directory, ChainId name) { }

    public void Tidy(string directory)
    {
        using SafeFileHandle handle = Files.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        TreeRemover.Remove(handle, "work");
    }

    public string FilesPath(string directory) => $"{directory}/fs";

    public void Remove(SafeFileHandle folder, string name) => TreeRemover.Remove(folder, name);
}
