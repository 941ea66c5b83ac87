using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Snapshots.Erofs;

/// <summary>Whether layers can be EROFS images below a folder: tried, by an image of nothing.</summary>
internal static class ErofsSupport
{
    /// <returns>Null when they can, else why not.</returns>
    internal static string? WhyNot(string root)
    {
        Directory.CreateDirectory(root);
        string path = $"{root}/.probe-erofs-{Environment.ProcessId}";
        try
        {
            Directory.CreateDirectory(path);
            using (SafeFileHandle top = Files.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory),
                image = Files.Open($"{path}.img", OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Truncate, 0x180 /* 0600 */))
                ErofsWriter.Write(top, image, new byte[16]);
            using SafeFileHandle mount = ErofsMount.Create($"{path}.img");
            return null;
        }
        catch (LinuxException e) when (e.Errno == Errno.ENODEV)
        {
            return $"this kernel has no EROFS (CONFIG_EROFS_FS, module 'erofs'; /proc/filesystems does not list it): {e.Message}";
        }
        catch (LinuxException e)
        {
            return e.Message;
        }
        finally
        {
            Directory.Delete(path);
            File.Delete($"{path}.img");
        }
    }
}
