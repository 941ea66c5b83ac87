using System.Globalization;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers.Create;

/// <summary>Mount options of <c>--tmpfs</c>: noexec, nosuid, nodev unless the request says otherwise. tmpfs(5).</summary>
internal static class TmpfsOptions
{
    private static readonly (string On, string Off)[] Flags =
    [
        ("noexec", "exec"), ("nosuid", "suid"), ("nodev", "dev"), ("ro", "rw"), ("noatime", "atime"), ("nodiratime", "diratime"),
        ("relatime", "norelatime"), ("strictatime", "nostrictatime"), ("sync", "async"), ("dirsync", "nodirsync"),
    ];

    /// <exception cref="FaultException">InvalidArgument, with Docker's text.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        string[] asked = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        foreach (string option in asked)
            if (!IsKnown(option))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid tmpfs option [\"{option}\"]");
        var options = new List<string> { "noexec", "nosuid", "nodev" };
        foreach (string option in asked)
        {
            foreach (var (on, off) in Flags)
                if (option == on || option == off)
                    options.RemoveAll(existing => existing == on || existing == off);
            options.Add(option);
        }
        options.Add("rprivate");
        return options;
    }

    public static IReadOnlyList<string> From(MountTmpfsOptions? asked, bool readOnly)
    {
        var options = new List<string> { "noexec", "nosuid", "nodev", "rprivate" };
        if (asked?.SizeBytes > 0)
            options.Add($"size={asked.SizeBytes.ToString(CultureInfo.InvariantCulture)}");
        if (asked?.Mode > 0)
            options.Add($"mode={Convert.ToString(asked.Mode, 8)}");
        // exec takes back the noexec before it: of two that contradict each other the last counts.
        foreach (var option in asked?.Options ?? [])
            options.Add(string.Join('=', option));
        if (readOnly)
            options.Add("ro");
        return options;
    }

    private static bool IsKnown(string option)
    {
        int equals = option.IndexOf('=');
        return equals > 0
            ? option[..equals] is "size" or "mode" or "uid" or "gid" or "nr_inodes" or "nr_blocks" or "mpol" or "huge"
            : Flags.Any(flag => option == flag.On || option == flag.Off)
                || option is "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave" or "unbindable" or "runbindable" or "defaults";
    }
}
