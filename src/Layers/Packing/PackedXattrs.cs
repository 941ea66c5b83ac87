using Sampan.Layers.Tar;
using Sampan.Linux;

namespace Sampan.Layers.Packing;

/// <summary>The extended attributes that belong to a file's content and so into a tar: capabilities, ACLs and users' own. The host's (security.selinux)
/// and overlayfs' do not.</summary>
internal static class PackedXattrs
{
    internal static IReadOnlyList<TarXattr> Of(int directory, ReadOnlySpan<byte> name)
    {
        List<(string Name, byte[] Value)> all = ExtendedAttributes.List(directory, name);
        return all.Count == 0 ? [] : [.. all.Where(static xattr => IsPacked(xattr.Name)).Select(static xattr => new TarXattr(xattr.Name, xattr.Value))];
    }

    private static bool IsPacked(string name) => name is "security.capability" or PosixAcl.AccessName or PosixAcl.DefaultName
        || (name.StartsWith("user.", StringComparison.Ordinal) && !name.StartsWith("user.overlay.", StringComparison.Ordinal));
}
