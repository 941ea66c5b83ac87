using Microsoft.Win32.SafeHandles;
using System.Text;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Overlay mounts with any number of layers. fsconfig(2) takes at most 255 bytes a value, so the layers go in one by one
/// ("lowerdir+", Linux 6.5); older kernels get them joined.</summary>
public static class OverlayMount
{
    private const string LowerDir = "lowerdir=";

    /// <param name="options">As for mount(8): lowerdir's layers joined by ':' from top to bottom, ':' and '\' in a path escaped by '\'.</param>
    /// <returns>Mounted nowhere yet.</returns>
    /// <exception cref="LinuxException">fsopen(2), fsconfig(2), fsmount(2).</exception>
    public static SafeFileHandle Create(IReadOnlyList<string> options, MountAttribute attributes = 0)
    {
        List<string> split = [];
        foreach (string option in options)
        {
            if (!option.StartsWith(LowerDir, StringComparison.Ordinal)) split.Add(option);
            else foreach (string layer in SplitLayers(option[LowerDir.Length..])) split.Add($"lowerdir+={layer}");
        }
        try
        {
            return Mounts.Create("overlay", "overlay", split, attributes);
        }
        catch (LinuxException e) when (e.Errno == Errno.EINVAL && e.Message.Contains("lowerdir+"))
        {
            return Mounts.Create("overlay", "overlay", options, attributes);
        }
    }

    internal static List<string> SplitLayers(string joined)
    {
        List<string> layers = [];
        StringBuilder layer = new();
        for (int i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '\\' && i + 1 < joined.Length) layer.Append(joined[++i]);
            else if (joined[i] != ':') layer.Append(joined[i]);
            else
            {
                layers.Add(layer.ToString());
                layer.Clear();
            }
        }
        layers.Add(layer.ToString());
        return layers;
    }
}
