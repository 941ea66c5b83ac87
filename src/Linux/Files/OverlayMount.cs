using Microsoft.Win32.SafeHandles;
using System.Text;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Overlay mounts with as many layers as the kernel takes. fsconfig(2) takes at most 255 bytes a value, so the layers go in one by one ("lowerdir+", Linux 6.7);
/// what older kernels take in no value, and paths longer than one, go another way.</summary>
public static class OverlayMount
{
    private const string LowerDir = "lowerdir=";
    private const int MaxValueBytes = 255;
    private static readonly Lazy<bool> s_takesSingleLayers = new(TakesSingleLayers, LazyThreadSafetyMode.PublicationOnly);

    /// <param name="options">As for mount(8): lowerdir's layers joined by ':' from top to bottom, ':' and '\' in a path escaped by '\'.</param>
    /// <returns>Mounted nowhere yet.</returns>
    /// <exception cref="Sampan.Faults.FaultException">LinuxException of fsopen(2), fsconfig(2), fsmount(2), mount(2). InvalidArgument: more than 500 layers.</exception>
    public static SafeFileHandle Create(IReadOnlyList<string> options, MountAttribute attributes = 0)
    {
        List<string> split = [];
        foreach (string option in options)
        {
            if (!option.StartsWith(LowerDir, StringComparison.Ordinal)) split.Add(option);
            else foreach (string layer in SplitLayers(option[LowerDir.Length..])) split.Add($"lowerdir+={layer}");
        }
        IReadOnlyList<string> fitting = s_takesSingleLayers.Value ? split : options;
        return Fit(fitting) ? Mounts.Create("overlay", "overlay", fitting, attributes) : LinkedOverlay.Create(options, attributes);
    }

    private static bool Fit(IReadOnlyList<string> options)
    {
        foreach (string option in options)
            if (Encoding.UTF8.GetByteCount(option.AsSpan(option.IndexOf('=') + 1)) > MaxValueBytes) return false;
        return true;
    }

    // Where overlayfs reads options itself it looks for the layer at once. Kernels before 6.5 gather any option unread, and would say in the kernel log what they do not know.
    private static bool TakesSingleLayers()
    {
        using SafeFileHandle context = Mounts.OpenContext("overlay");
        return Mounts.TryConfigure(context, "lowerdir+", "/dev/null/none") is Errno.ENOTDIR or Errno.ENOENT;
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
