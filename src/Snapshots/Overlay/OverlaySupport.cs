using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Overlay;

/// <summary>Whether overlayfs can have its upper directory on a file system: tried, not guessed from its name.</summary>
internal static class OverlaySupport
{
    /// <returns>Null when it can, else why not.</returns>
    internal static string? Find(string root)
    {
        Directory.CreateDirectory(root);
        // Of this process: two daemons that start at once do not meet here.
        string name = string.Create(CultureInfo.InvariantCulture, $".probe-{Environment.ProcessId}"), path = $"{root}/{name}";
        using SafeFileHandle parent = Files.Open(root, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            foreach (string folder in (ReadOnlySpan<string>)["lower/covered", "upper", "work"]) Directory.CreateDirectory($"{path}/{folder}");
            using SafeFileHandle mount = OverlayMount.Create([$"lowerdir={path}/lower", $"upperdir={path}/upper", $"workdir={path}/work", "index=off"]);
            // Removing makes a whiteout, making again an opaque directory: all that a container asks of the upper directory.
            foreach (bool isRemoved in (ReadOnlySpan<bool>)[true, false])
                if ((isRemoved ? Libc.unlinkat(mount.Fd(), "covered", Libc.AT_REMOVEDIR) : Libc.mkdirat(mount.Fd(), "covered", 0x1ED)) < 0)
                    return LinuxException.Describe(LinuxException.LastError);
            return null;
        }
        catch (LinuxException refused)
        {
            return refused.Message;
        }
        finally
        {
            TreeRemover.Remove(parent, name);
        }
    }
}
