using System.Text;
using System.Text.Json;
using Sampan.Engine.Networking;
using Sampan.Engine.Spec;
using Sampan.Images;
using Sampan.Linux;
using Sampan.Networks;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Engine.Containers.Start;

/// <summary>Writes what a container is started from: the OCI bundle, and its <c>/etc/hosts</c>, <c>/etc/hostname</c> and <c>/etc/resolv.conf</c>.</summary>
internal sealed class BundleWriter(DaemonOptions daemon, ContainerIndex index, ImageService images, InitProgram init, bool cgroupV2)
{
    private const uint Readable = 0x1A4;   // 0644: any user of the container may read them

    /// <param name="networkNamespace">A path, or null for the host's network.</param>
    public RuntimeSpec Write(Container container, EndpointLease? lease, string? networkNamespace)
    {
        var document = container.Document;
        string filesFolder = container.Folder;
        if (NetworkChoice.SharedContainer(document.HostConfig) is { } shared)
            filesFolder = index.Get(shared).Folder;
        else
            WriteHostFiles(container, lease);
        Directory.CreateDirectory(Path.Combine(container.Bundle, "rootfs"));
        var spec = SpecBuilder.Build(new SpecContext
        {
            Document = document,
            Bundle = container.Bundle,
            User = ResolveUser(document),
            Hostname = document.Config.Hostname,
            HostsPath = Path.Combine(filesFolder, "hosts"),
            HostnamePath = Path.Combine(filesFolder, "hostname"),
            ResolvConfPath = Path.Combine(filesFolder, "resolv.conf"),
            NetworkNamespace = networkNamespace,
            PidNamespace = JoinedNamespace(document.HostConfig.PidMode, "pid"),
            IpcNamespace = JoinedNamespace(document.HostConfig.IpcMode, "ipc"),
            ShmSource = SharedMemory.SourceOf(container, index),
            ShmSize = document.HostConfig.ShmSize,
            CgroupsPath = ContainerCgroup.PathOf(daemon, document.Id, document.HostConfig),
            CgroupV2 = cgroupV2,
            InitPath = document.HostConfig.Init is true ? init.Find() : null,
        });
        Files.Replace(Path.Combine(container.Bundle, "config.json"), JsonSerializer.SerializeToUtf8Bytes(spec, RuntimeSpecJson.Default.RuntimeSpec));
        return spec;
    }

    // The files are read through a mount of our own: the image's users, and those the container added itself.
    private ResolvedUser ResolveUser(ContainerDocument document)
    {
        using var rootfs = MountedSnapshot.Open(images.Snapshotter.ReadOnlyMounts(new SnapshotKey(document.Id)), document.Name);
        return UserFiles.Resolve(rootfs.Root, document.Config.User, document.HostConfig.GroupAdd);
    }

    private void WriteHostFiles(Container container, EndpointLease? lease)
    {
        var (config, host) = (container.Document.Config, container.Document.HostConfig);
        IReadOnlyList<string> extra = host.ExtraHosts ?? [];
        var dns = new DnsSettings(
            host.Dns is { Count: > 0 } servers ? servers : daemon.Dns,
            host.DnsSearch is { Count: > 0 } search ? search : daemon.DnsSearch,
            host.DnsOptions is { Count: > 0 } options ? options : daemon.DnsOptions);
        bool hostNetwork = host.NetworkMode == Network.HostName;
        WriteFile(container, "hosts", hostNetwork ? HostsFile.ForHostNetwork(ReadHost("/etc/hosts"), extra, null)
            : HostsFile.ForContainer(extra, lease?.Address, HostsFile.Names(config.Hostname, config.Domainname), lease?.Gateway));
        WriteFile(container, "hostname", config.Hostname + "\n");
        WriteFile(container, "resolv.conf", hostNetwork ? ResolvConf.ForHost(HostResolver(), dns) : ResolvConf.ForBridge(HostResolver(), dns));
    }

    private static string HostResolver()
    {
        string text = ReadHost(ResolvConf.HostPath);
        return ResolvConf.IsSystemdStub(text) && ReadHost(ResolvConf.SystemdPath) is { Length: > 0 } real ? real : text;
    }

    private static void WriteFile(Container container, string name, string text) =>
        Files.Replace(Path.Combine(container.Folder, name), Encoding.UTF8.GetBytes(text), Readable);

    private static string ReadHost(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    /// <summary>"container:x" to the namespace of x.</summary>
    private string? JoinedNamespace(string mode, string kind) => RunningContainer.Find(mode, index, kind) is { } other ? $"/proc/{other.State.Pid}/ns/{kind}" : null;
}
