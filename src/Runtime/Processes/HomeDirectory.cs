using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.Processes;

/// <summary>What the container's own /etc/passwd says of a user, or "/".</summary>
internal static class HomeDirectory
{
    private const int LargestPasswd = 1 << 20;

    internal static string Find(uint uid, RootDirectory root)
    {
        // Non-blocking: somebody may have put a fifo there.
        using SafeFileHandle? file = root.TryOpen("/etc/passwd", OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, out _);
        if (file is null || Files.Stat(file) is not { Kind: FileKind.Regular, Size: < LargestPasswd }) return "/";
        string id = uid.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // root:x:0:0:root:/root:/bin/sh     passwd(5)
        foreach (string line in Encoding.UTF8.GetString(Files.ReadAll(file, "/etc/passwd")).Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 6 && fields[2] == id) return fields[5].Length > 0 ? fields[5] : "/";
        }
        return "/";
    }
}
