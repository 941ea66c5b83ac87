using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Volumes;

/// <summary>What mount(2) gets for a volume made with <c>--opt type=… --opt device=… --opt o=…</c>, keys of docker's local driver.</summary>
internal sealed record VolumeOptions(string Type, string Device, MountFlags Flags, string Data)
{
    /// <summary>Null when there is nothing to mount.</summary>
    /// <exception cref="FaultException">InvalidArgument with docker's texts, for a size too: it needs project quotas.</exception>
    public static VolumeOptions? Parse(IReadOnlyDictionary<string, string> options)
    {
        foreach ((string key, _) in options)
        {
            if (key is "size") throw new FaultException(FaultKind.InvalidArgument, "quota size requested but no quota support");
            if (key is not ("type" or "device" or "o"))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid option: \"{key}\"");
        }
        if (options.Count == 0) return null;
        foreach (string required in (ReadOnlySpan<string>)["type", "device"])
            if (!options.ContainsKey(required) && (options.ContainsKey("o") || options.Count > 0))
                throw new FaultException(FaultKind.InvalidArgument, $"missing required option: \"{required}\"");
        string type = options["type"], device = options["device"];
        (MountFlags flags, string data) = ParseFlags(options.GetValueOrDefault("o", ""));
        if ((flags & MountFlags.Bind) != 0) type = "none";
        return new VolumeOptions(type, device, flags, data);
    }

    /// <summary>mount(8)'s words become flags, the rest is the file system's.</summary>
    private static (MountFlags Flags, string Data) ParseFlags(string text)
    {
        MountFlags flags = MountFlags.None;
        List<string> data = [];
        foreach (string option in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            MountFlags? flag = option switch
            {
                "ro" => MountFlags.ReadOnly,
                "nosuid" => MountFlags.NoSuid,
                "nodev" => MountFlags.NoDev,
                "noexec" => MountFlags.NoExec,
                "noatime" => MountFlags.NoAtime,
                "nodiratime" => MountFlags.NoDirAtime,
                "relatime" => MountFlags.RelAtime,
                "strictatime" => MountFlags.StrictAtime,
                "sync" => MountFlags.Synchronous,
                "bind" => MountFlags.Bind,
                "rbind" => MountFlags.Bind | MountFlags.Recursive,
                "defaults" or "rw" or "suid" or "dev" or "exec" or "atime" => MountFlags.None,
                _ => null,
            };
            if (flag is { } known) flags |= known;
            else data.Add(option);
        }
        return (flags, string.Join(',', data));
    }

    /// <exception cref="LinuxException">mount(2).</exception>
    public void MountOn(string target, string volume)
    {
        string what = $"failed to mount local volume '{volume}': mount '{Device}' on '{target}', type '{Type}', data '{Data}'";
        if (Libc.mount(Device, target, Type, Flags, Data.Length == 0 ? null : Data) < 0)
            throw LinuxException.FromLastError("mount", what);
        // A bind takes read-only and the like only in a second step (mount(2), Remounting).
        const MountFlags BindOnly = MountFlags.Bind | MountFlags.Recursive;
        if ((Flags & MountFlags.Bind) != 0 && (Flags & ~BindOnly) != 0
            && Libc.mount(null, target, null, (Flags & ~MountFlags.Recursive) | MountFlags.Remount, null) < 0)
        {
            LinuxException failure = LinuxException.FromLastError("mount", what);
            _ = Libc.umount2(target, UnmountFlags.Detach);
            throw failure;
        }
    }
}
