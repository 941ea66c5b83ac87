using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>A container's class of cache and memory bandwidth: a directory in the resctrl file system. config-linux.md § IntelRdt.</summary>
internal sealed class IntelRdtGroup
{
    private readonly IntelRdt _wish;
    private readonly string _path;
    private readonly string? _monitor;
    private readonly bool _isContainersOwn;

    /// <exception cref="FaultException">NotSupported: no resctrl is mounted; InvalidArgument: a name that is none.</exception>
    internal IntelRdtGroup(IntelRdt wish, string id)
    {
        string root = MountedAt() ?? throw new FaultException(FaultKind.NotSupported,
            "intelRdt is specified in config, but Intel RDT is not supported or enabled: mount resctrl on /sys/fs/resctrl, or remove linux.intelRdt");
        if (wish.ClosID is "." or ".." || (wish.ClosID?.Length > 1 && wish.ClosID.Contains('/')))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid intelRdt.ClosID \"{wish.ClosID}\"");
        _wish = wish;
        _isContainersOwn = string.IsNullOrEmpty(wish.ClosID);
        _path = wish.ClosID == "/" ? root : $"{root}/{(_isContainersOwn ? id : wish.ClosID)}";
        _monitor = wish.EnableMonitoring == true ? $"{_path}/mon_groups/{id}" : null;
    }

    /// <summary>Null when the config asks for none.</summary>
    internal static IntelRdtGroup? Of(RuntimeSpec spec, string id) => spec.Linux?.IntelRdt is { } wish ? new(wish, id) : null;

    private List<string> Schemata
    {
        get
        {
            List<string> lines = [];
            if (_wish.L3CacheSchema is { Length: > 0 } cache) lines.Add(cache);
            if (_wish.MemBwSchema is { Length: > 0 } bandwidth) lines.Add(bandwidth);
            lines.AddRange(_wish.Schemata ?? []);
            return lines;
        }
    }

    /// <summary>Makes the group, or checks the one that is there, and puts the process in.</summary>
    /// <exception cref="FaultException">InvalidArgument: a class that is not there, or has other values; LinuxException when the kernel refuses.</exception>
    internal void Apply(int pid)
    {
        List<string> schemata = Schemata;
        bool exists = Directory.Exists(_path);
        if (!exists && !_isContainersOwn && schemata.Count == 0)
            throw new FaultException(FaultKind.InvalidArgument, $"clos dir {_path} does not exist: make it, or give it a schema in linux.intelRdt");
        if (!exists) Make(_path);
        if (exists && !_isContainersOwn) CheckSchemata(schemata);
        else
            foreach (string line in schemata) Files.WriteValue($"{_path}/schemata", line + "\n");
        Files.WriteValue($"{_path}/tasks", $"{pid}");
        if (_monitor is null) return;
        Make(_monitor);
        Files.WriteValue($"{_monitor}/tasks", $"{pid}");
    }

    /// <summary>Puts these in the place of the class's values; a container that has no class gets one of its own, which <paramref name="pid"/> enters.</summary>
    /// <exception cref="FaultException">NotSupported: no resctrl, or none with such values; LinuxException when the kernel refuses.</exception>
    internal static void Update(IntelRdt? wish, string id, int pid, string? cache, string? bandwidth)
    {
        string? root = MountedAt();
        if (cache is not null && !Directory.Exists($"{root}/info/L3")) throw new FaultException(FaultKind.NotSupported, "Intel RDT/CAT: l3 cache schema is not enabled");
        if (bandwidth is not null && !Directory.Exists($"{root}/info/MB")) throw new FaultException(FaultKind.NotSupported, "Intel RDT/MBA: memory bandwidth schema is not enabled");
        IntelRdtGroup group = new(wish ?? new IntelRdt(), id);
        if (wish is null) group.Apply(pid);
        foreach (string? line in (ReadOnlySpan<string?>)[cache, bandwidth])
            if (line is not null) Files.WriteValue($"{group._path}/schemata", line + "\n");
    }

    /// <summary>Removes what was made for this container alone. Idempotent.</summary>
    internal void Remove()
    {
        if (_monitor is not null) Unmake(_monitor);
        if (_isContainersOwn) Unmake(_path);
    }

    private static void Make(string path)
    {
        if (Libc.mkdirat(Libc.AT_FDCWD, path, 0x1ED /* 0755 */) < 0 && LinuxException.LastError != Errno.EEXIST)
            throw LinuxException.FromLastError("mkdir", $"cannot make the resctrl group '{path}'");
    }

    private static void Unmake(string path)
    {
        const int AT_REMOVEDIR = 0x200;
        Libc.unlinkat(Libc.AT_FDCWD, path, AT_REMOVEDIR);
    }

    private void CheckSchemata(List<string> wanted)
    {
        if (wanted.Count == 0) return;
        HashSet<string> there = [.. System.Text.Encoding.UTF8.GetString(Files.ReadAll($"{_path}/schemata")).Split('\n', StringSplitOptions.TrimEntries)];
        foreach (string line in wanted)
            if (!there.Contains(line.Trim()))
                throw new FaultException(FaultKind.InvalidArgument, $"existing closID {_wish.ClosID} does not have the schema \"{line}\"");
    }

    // 34 25 0:30 / /sys/fs/resctrl rw,relatime - resctrl resctrl rw     proc_pid_mountinfo(5)
    private static string? MountedAt()
        => Array.Find(System.Text.Encoding.UTF8.GetString(Files.ReadAll("/proc/self/mountinfo")).Split('\n'), line => line.Contains(" - resctrl ", StringComparison.Ordinal))?.Split(' ')[4];
}
