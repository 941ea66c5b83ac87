using System.Buffers.Binary;
using System.Text;

namespace Sampan.Layers.Tar;

/// <summary>POSIX ACLs: star's and GNU tar's text ("user::rwx,user:1000:r-x,mask::rwx,…") to the kernel's xattr value. acl(5).</summary>
internal static class PosixAcl
{
    internal const string AccessName = "system.posix_acl_access", DefaultName = "system.posix_acl_default";
    private const uint Version = 2, NoId = uint.MaxValue;

    /// <returns>False when it names users or groups by name only: ids of the tar's maker mean nothing here, so such an ACL is left out.</returns>
    internal static bool TryEncode(ReadOnlySpan<byte> text, out byte[] value)
    {
        List<(ushort Tag, ushort Permissions, uint Id)> entries = [];
        value = [];
        foreach (string part in Encoding.UTF8.GetString(text).Split(',', '\n'))
        {
            if (part.Trim().Length == 0) continue;
            string[] fields = part.Trim().Split(':');
            if (fields.Length < 3 || fields[2].Length != 3) return false;
            // "user:bob:rwx:1000": star adds the number behind the name.
            string who = fields.Length > 3 ? fields[3] : fields[1];
            uint id = NoId;
            if (who.Length > 0 && !uint.TryParse(who, out id)) return false;
            ushort permissions = (ushort)((fields[2][0] == 'r' ? 4 : 0) | (fields[2][1] == 'w' ? 2 : 0) | (fields[2][2] == 'x' ? 1 : 0));
            ushort? tag = (fields[0], who.Length > 0) switch
            {
                ("user" or "u", false) => 0x01,
                ("user" or "u", true) => 0x02,
                ("group" or "g", false) => 0x04,
                ("group" or "g", true) => 0x08,
                ("mask" or "m", false) => 0x10,
                ("other" or "o", false) => 0x20,
                _ => null,
            };
            if (tag is null) return false;
            entries.Add((tag.Value, permissions, id));
        }
        entries.Sort();   // the kernel wants them by tag, then by id
        value = new byte[4 + 8 * entries.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(value, Version);
        for (int i = 0; i < entries.Count; i++)
        {
            Span<byte> at = value.AsSpan(4 + 8 * i);
            BinaryPrimitives.WriteUInt16LittleEndian(at, entries[i].Tag);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], entries[i].Permissions);
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], entries[i].Id);
        }
        return true;
    }
}
