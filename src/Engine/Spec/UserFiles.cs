using System.Text;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Spec;

/// <summary>Reads <c>/etc/passwd</c> and <c>/etc/group</c> of a rootfs, which somebody else wrote.</summary>
internal static class UserFiles
{
    private const long MaximumLength = 4 << 20;   // bytes; a larger one is no user database

    public static ResolvedUser Resolve(RootDirectory rootfs, string user, IReadOnlyList<string>? groupAdd) =>
        UserLookup.Resolve(user, groupAdd, Read(rootfs, "/etc/passwd"), Read(rootfs, "/etc/group"));

    private static string Read(RootDirectory rootfs, string path)
    {
        // NonBlock: a fifo in its place must not hold us.
        using var file = rootfs.TryOpen(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, out _);
        if (file is null)
            return "";
        var stat = Files.Stat(file);
        return stat.Kind is FileKind.Regular && stat.Size <= (ulong)MaximumLength ? Encoding.UTF8.GetString(Files.ReadAll(file, path)) : "";
    }
}
