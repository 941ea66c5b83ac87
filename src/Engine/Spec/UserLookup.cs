using System.Globalization;
using Sampan.Faults;

namespace Sampan.Engine.Spec;

/// <summary>Who a container's process runs as: ids, supplementary groups and home directory.</summary>
internal sealed record ResolvedUser(uint Uid, uint Gid, IReadOnlyList<uint> AdditionalGids, string Home);

/// <summary>Resolves <c>--user</c> (<c>name|uid[:group|gid]</c>) and <c>--group-add</c> against the text of the image's
/// <c>/etc/passwd</c> and <c>/etc/group</c>, as Docker does: names must exist, numbers need not.</summary>
internal static class UserLookup
{
    /// <param name="user">"" is uid 0.</param>
    /// <param name="passwd">The text of /etc/passwd, "" when the image has none. passwd(5).</param>
    /// <param name="group">The text of /etc/group, "" when the image has none. group(5).</param>
    /// <exception cref="FaultException">InvalidArgument, with the texts Docker's clients know.</exception>
    public static ResolvedUser Resolve(string user, IReadOnlyList<string>? groupAdd, string passwd, string group)
    {
        int colon = user.IndexOf(':');
        string userPart = colon < 0 ? user : user[..colon];
        string groupPart = colon < 0 ? "" : user[(colon + 1)..];

        var entry = FindUser(userPart, passwd, out uint uid);
        uint gid = entry?.Gid ?? 0;
        if (groupPart.Length > 0)
            gid = FindGroup(groupPart, group);
        // The primary group is a supplementary one too: a set-group-id program could drop it else, and with it what denies the group access (CVE-2022-36109).
        var additional = new List<uint> { gid };
        if (groupPart.Length == 0 && entry is not null)
            additional.AddRange(GroupsOf(entry.Name, group));
        foreach (string name in groupAdd ?? [])
            additional.Add(FindGroup(name, group));
        return new ResolvedUser(uid, gid, [.. additional.Distinct()], entry?.Home is { Length: > 0 } home ? home : "/");
    }

    private static PasswdEntry? FindUser(string name, string passwd, out uint uid)
    {
        bool numeric = uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uid);
        if (name.Length == 0)
            (numeric, uid) = (true, 0);
        foreach (var line in passwd.AsSpan().EnumerateLines())
        {
            if (!PasswdEntry.TryParse(line, out var entry) || !(numeric ? entry.Uid == uid : entry.Name == name))
                continue;
            uid = entry.Uid;
            return entry;
        }
        if (!numeric && long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            throw new FaultException(FaultKind.InvalidArgument, "uids and gids must be in range 0-2147483647");
        if (!numeric)
            throw new FaultException(FaultKind.InvalidArgument, $"unable to find user {name}: no matching entries in passwd file");
        if (uid > int.MaxValue)
            throw new FaultException(FaultKind.InvalidArgument, "uids and gids must be in range 0-2147483647");
        return null;
    }

    private static uint FindGroup(string name, string group)
    {
        foreach (var line in group.AsSpan().EnumerateLines())
            if (GroupEntry.TryParse(line, out var entry) && entry.Name == name)
                return entry.Gid;
        if (!uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint gid))
            throw new FaultException(FaultKind.InvalidArgument, $"unable to find group {name}: no matching entries in group file");
        return gid <= int.MaxValue ? gid
            : throw new FaultException(FaultKind.InvalidArgument, "uids and gids must be in range 0-2147483647");
    }

    private static List<uint> GroupsOf(string userName, string group)
    {
        var gids = new List<uint>();
        foreach (var line in group.AsSpan().EnumerateLines())
            if (GroupEntry.TryParse(line, out var entry) && entry.Members.Split(',').Contains(userName))
                gids.Add(entry.Gid);
        return gids;
    }

    // root:x:0:0:root:/root:/bin/bash    passwd(5)
    private sealed record PasswdEntry(string Name, uint Uid, uint Gid, string Home)
    {
        public static bool TryParse(ReadOnlySpan<char> line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PasswdEntry? entry)
        {
            string[] fields = line.Trim().ToString().Split(':');
            entry = fields.Length >= 6 && uint.TryParse(fields[2], out uint uid) && uint.TryParse(fields[3], out uint gid)
                ? new PasswdEntry(fields[0], uid, gid, fields[5]) : null;
            return entry is not null;
        }
    }

    // audio:x:29:pulse,root    group(5)
    private sealed record GroupEntry(string Name, uint Gid, string Members)
    {
        public static bool TryParse(ReadOnlySpan<char> line, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out GroupEntry? entry)
        {
            string[] fields = line.Trim().ToString().Split(':');
            entry = fields.Length >= 4 && uint.TryParse(fields[2], out uint gid) ? new GroupEntry(fields[0], gid, fields[3]) : null;
            return entry is not null;
        }
    }
}
