using Sampan.Linux.Native;

namespace Sampan.Runtime.Rootfs;

/// <summary>A mount's options, sorted by who understands them. config.md § Linux mount options, mount(8).</summary>
internal sealed record MountOptions
{
    /// <summary>The options that are not the file system's own.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion", "lazytime", "loud", "mand", "noatime",
        "nodev", "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow",
        "private", "ratime", "rbind", "rdev", "rdiratime", "relatime", "remount", "rexec", "ridmap", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid",
        "rnosymfollow", "ro", "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave", "rstrictatime", "rsuid", "rsymfollow",
        "runbindable", "rw", "shared", "silent", "slave", "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
    ];

    /// <summary>Attributes of this mount to set and to clear.</summary>
    public MountAttribute Set { get; private set; }
    public MountAttribute Clear { get; private set; }
    /// <summary>The same for this mount and all below it (rro, rnosuid, …).</summary>
    public MountAttribute RecursiveSet { get; private set; }
    public MountAttribute RecursiveClear { get; private set; }
    public bool IsBind { get; private set; }
    public bool IsRecursiveBind { get; private set; }
    public MountFlags Propagation { get; private set; }
    public bool IsPropagationRecursive { get; private set; }
    /// <summary>Other options for what is mounted there already.</summary>
    public bool IsRemount { get; private set; }
    /// <summary>Owners of files are shown mapped; by the mount's own mappings, or those of the container's user namespace.</summary>
    public bool IsIdMapped { get; private set; }
    public bool IsRecursivelyIdMapped { get; private set; }
    /// <summary>What lay in the place is copied into the new tmpfs.</summary>
    public bool CopyUp { get; private set; }
    /// <summary>For the file system itself: "mode=755", "size=64m", "sync".</summary>
    public List<string> FileSystem { get; } = [];

    /// <summary>Some attribute of the mount is spoken of: a bind mount then has those that are set, and no others.</summary>
    public bool NamesAttributes { get; private set; }
    /// <summary>An access time setting is asked for. Taking one back ("atime", "norelatime") asks for none: mount(2) leaves what is.</summary>
    public bool NamesAtime { get; private set; }

    public bool IsReadOnly => (Set & MountAttribute.ReadOnly) != 0;

    public static MountOptions Parse(IReadOnlyList<string>? options)
    {
        MountOptions parsed = new();
        for (int i = 0; i < (options?.Count ?? 0); i++) parsed.Add(options![i]);
        return parsed;
    }

    private void Add(string option)
    {
        switch (option)
        {
            case "" or "defaults" or "loud" or "silent": break;   // what they ask for is so by default
            case "async" or "norelatime" or "nostrictatime" or "nomand" or "nolazytime" or "noiversion": NamesAttributes = true; break;
            case "ro": Attribute(MountAttribute.ReadOnly, true); break;
            case "rw": Attribute(MountAttribute.ReadOnly, false); break;
            case "nosuid": Attribute(MountAttribute.NoSuid, true); break;
            case "suid": Attribute(MountAttribute.NoSuid, false); break;
            case "nodev": Attribute(MountAttribute.NoDev, true); break;
            case "dev": Attribute(MountAttribute.NoDev, false); break;
            case "noexec": Attribute(MountAttribute.NoExec, true); break;
            case "exec": Attribute(MountAttribute.NoExec, false); break;
            case "nodiratime": Attribute(MountAttribute.NoDirAtime, true); NamesAtime = true; break;
            case "diratime": Attribute(MountAttribute.NoDirAtime, false); break;
            case "nosymfollow": Attribute(MountAttribute.NoSymFollow, true); break;
            case "symfollow": Attribute(MountAttribute.NoSymFollow, false); break;
            case "noatime": Atime(MountAttribute.NoAtime); break;
            case "atime": Atime(MountAttribute.None); NamesAtime = false; break;
            case "relatime": Atime(MountAttribute.None); break;
            case "strictatime": Atime(MountAttribute.StrictAtime); break;
            case "rro": Recursive(MountAttribute.ReadOnly, true); break;
            case "rrw": Recursive(MountAttribute.ReadOnly, false); break;
            case "rnosuid": Recursive(MountAttribute.NoSuid, true); break;
            case "rsuid": Recursive(MountAttribute.NoSuid, false); break;
            case "rnodev": Recursive(MountAttribute.NoDev, true); break;
            case "rdev": Recursive(MountAttribute.NoDev, false); break;
            case "rnoexec": Recursive(MountAttribute.NoExec, true); break;
            case "rexec": Recursive(MountAttribute.NoExec, false); break;
            case "rnodiratime": Recursive(MountAttribute.NoDirAtime, true); break;
            case "rdiratime": Recursive(MountAttribute.NoDirAtime, false); break;
            case "rnosymfollow": Recursive(MountAttribute.NoSymFollow, true); break;
            case "rsymfollow": Recursive(MountAttribute.NoSymFollow, false); break;
            case "rnoatime": RecursiveAtime(MountAttribute.NoAtime); break;
            case "rnorelatime": break;   // what is not said is so by default
            case "rrelatime" or "ratime" or "rnostrictatime": RecursiveAtime(MountAttribute.None); break;
            case "rstrictatime": RecursiveAtime(MountAttribute.StrictAtime); break;
            case "bind": IsBind = true; break;
            case "rbind": IsBind = IsRecursiveBind = true; break;
            case "private" or "rprivate": Propagate(MountFlags.Private, option); break;
            case "slave" or "rslave": Propagate(MountFlags.Slave, option); break;
            case "shared" or "rshared": Propagate(MountFlags.Shared, option); break;
            case "unbindable" or "runbindable": Propagate(MountFlags.Unbindable, option); break;
            case "tmpcopyup": CopyUp = true; break;
            case "sync" or "dirsync" or "lazytime" or "mand" or "iversion": FileSystem.Add(option); break;
            case "remount": IsRemount = true; break;
            case "idmap": IsIdMapped = true; break;
            case "ridmap": IsIdMapped = IsRecursivelyIdMapped = true; break;
            default: FileSystem.Add(option); break;
        }
    }

    private void Attribute(MountAttribute attribute, bool on)
    {
        NamesAttributes = true;
        (Set, Clear) = on ? (Set | attribute, Clear & ~attribute) : (Set & ~attribute, Clear | attribute);
    }

    // The access time setting is one value, so the old one is cleared with the new one set. mount_setattr(2)
    private void Atime(MountAttribute setting)
    {
        NamesAttributes = NamesAtime = true;
        (Set, Clear) = ((Set & ~MountAttribute.AtimeMask) | setting, Clear | MountAttribute.AtimeMask);
    }

    private void Recursive(MountAttribute attribute, bool on)
    {
        (RecursiveSet, RecursiveClear) = on ? (RecursiveSet | attribute, RecursiveClear & ~attribute) : (RecursiveSet & ~attribute, RecursiveClear | attribute);
    }

    private void RecursiveAtime(MountAttribute setting)
        => (RecursiveSet, RecursiveClear) = ((RecursiveSet & ~MountAttribute.AtimeMask) | setting, RecursiveClear | MountAttribute.AtimeMask);

    private void Propagate(MountFlags kind, string option) => (Propagation, IsPropagationRecursive) = (kind, option[0] == 'r');
}
