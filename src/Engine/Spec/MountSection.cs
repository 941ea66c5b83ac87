using Sampan.Engine.Containers;
using Sampan.Engine.Storage;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Spec;

/// <summary><c>mounts</c>: the kernel's file systems, binds, volumes and tmpfs with parents before children, then the files the engine provides.</summary>
internal static class MountSection
{
    public static IReadOnlyList<MountSpec> Build(SpecContext context)
    {
        var host = context.Document.HostConfig;
        bool privileged = host.Privileged;
        var asked = context.Document.Mounts;
        var provided = new List<MountSpec>();
        foreach (var mount in KernelFileSystems(context, privileged))
            if (!asked.Any(own => own.Destination == mount.Destination))
                provided.Add(mount);

        provided.AddRange(MountOrder.ParentsFirst(
            asked.Select((mount, number) => ToSpec(mount, VolumeSubpaths.SourceOf(context.Bundle, mount, number))), mount => mount.Destination));
        // After them: a volume on /etc does not hide the engine's files.
        AddFile(provided, asked, "/etc/resolv.conf", context.ResolvConfPath);
        AddFile(provided, asked, "/etc/hostname", context.HostnamePath);
        AddFile(provided, asked, "/etc/hosts", context.HostsPath);
        if (context.InitPath is not null)
            provided.Add(Bind(ProcessSection.InitDestination, context.InitPath, "rbind", "ro", "rprivate"));
        return provided;
    }

    /// <summary>"rshared" or "rslave" when a bind asks to propagate; the container's root must then not be private.</summary>
    public static string? RootPropagation(IReadOnlyList<ContainerMount> mounts)
    {
        string[] asked = [.. mounts.Select(HostPropagation.Of)];
        return asked.Any(propagation => propagation is "shared" or "rshared") ? "shared" : asked.Any(propagation => propagation is "slave" or "rslave") ? "rslave" : null;
    }

    private static IEnumerable<MountSpec> KernelFileSystems(SpecContext context, bool privileged)
    {
        yield return Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        yield return Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
        yield return Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5");
        string access = privileged ? "rw" : "ro";
        yield return Mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", access);
        yield return Mount("/sys/fs/cgroup", "cgroup", "cgroup", access, "nosuid", "noexec", "nodev");
        yield return Mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev");
        if (context.ShmSource is null)
            yield return Mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", $"size={context.ShmSize}");
        else if (context.ShmSource.Length > 0)
            yield return Bind("/dev/shm", context.ShmSource, "rbind", "rprivate");
    }

    private static void AddFile(List<MountSpec> mounts, IReadOnlyList<ContainerMount> asked, string destination, string source)
    {
        if (!asked.Any(own => own.Destination == destination))
            mounts.Add(Bind(destination, source, "rbind", "rprivate"));
    }

    private static MountSpec ToSpec(ContainerMount mount, string source)
    {
        if (mount.Type == "tmpfs")
            return new MountSpec { Destination = mount.Destination, Type = "tmpfs", Source = "tmpfs", Options = mount.Options };
        List<string> options = [mount.NonRecursive ? "bind" : "rbind"];
        // Read-only goes for what is mounted below too, unless told otherwise. Engine API 1.44.
        if (!mount.ReadWrite)
            options.Add(mount.NonRecursive || mount.ReadOnlyNonRecursive ? "ro" : "rro");
        options.Add(HostPropagation.Of(mount));
        return Bind(mount.Destination, source, [.. options]);
    }

    private static MountSpec Mount(string destination, string type, string source, params string[] options) =>
        new() { Destination = destination, Type = type, Source = source, Options = options };

    private static MountSpec Bind(string destination, string source, params string[] options) =>
        new() { Destination = destination, Type = "bind", Source = source, Options = options };
}
