using System.Globalization;
using System.Text;
using Sampan.Linux;

namespace Sampan.Layers.Trees;

/// <summary>What the kernel gives a new file of this process by itself, so that it need not be set again: most files of most layers need neither chown nor chmod.</summary>
internal readonly record struct ProcessDefaults(uint Uid, uint Gid, uint Umask)
{
    internal bool Owns(uint uid, uint gid) => uid == Uid && gid == Gid;

    /// <summary>open(2) gives the file exactly this mode. Set-id and sticky bits always take a chmod.</summary>
    internal bool Keeps(uint mode) => (mode & (Umask | 0xE00u)) == 0;

    /// <summary>Of the calling thread, from proc_pid_status(5): "Uid:\treal\teffective\tsaved\tfile system".</summary>
    internal static ProcessDefaults Read()
    {
        uint uid = 0, gid = 0, umask = 0xFFF;
        foreach (string line in Encoding.ASCII.GetString(Files.ReadAll("/proc/thread-self/status")).Split('\n'))
        {
            if (line.StartsWith("Umask:", StringComparison.Ordinal)) umask = Convert.ToUInt32(line[6..].Trim(), 8);
            else if (line.StartsWith("Uid:", StringComparison.Ordinal)) uid = LastId(line);
            else if (line.StartsWith("Gid:", StringComparison.Ordinal)) gid = LastId(line);
        }
        return new ProcessDefaults(uid, gid, umask);
    }

    private static uint LastId(string line) => uint.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture);
}
