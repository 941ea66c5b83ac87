using Sampan.Engine.Archives;
using Sampan.Engine.Events;
using Sampan.Engine.Health;
using Sampan.Engine.Networking;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Snapshots;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Engine.Containers.Create;

/// <summary><c>docker create</c>: checks the request, completes it from the image, prepares the writable layer and the volumes, and writes
/// the documents. Nothing runs. What a failure or a crash leaves half-made is undone, here or at the next start.</summary>
internal sealed class ContainerCreator(
    DaemonOptions daemon, ContainerIndex index, ContainerStore store, ImageService images, ContainerVolumes volumes, NetworkChoice networks,
    EventLog events, bool cgroupV2)
{
    /// <exception cref="FaultException">InvalidArgument, NotFound (image, network, volume driver), Conflict (name), NotSupported.</exception>
    public ContainerCreateResponse Create(string? name, ContainerCreateRequest request, string? platform)
    {
        string? wanted = string.IsNullOrEmpty(name) ? null : ContainerName.Validate(name);
        var asked = request.HostConfig ?? new HostConfig();
        UnsupportedFields.Refuse(request, asked);
        if (request.Image.Length == 0)
            throw new FaultException(FaultKind.InvalidArgument, "cannot create container: no image specified");
        var image = images.Get(request.Image, string.IsNullOrEmpty(platform) ? null : Platform.Parse(platform));
        if (image.IsArtifact)
            throw new FaultException(FaultKind.InvalidArgument, $"cannot create a container of '{request.Image}': it is an artifact of type '{image.Artifact![0].MediaType}', not a container image");
        if (image.Config.Platform.Os != Platform.Host.Os)
            throw new FaultException(FaultKind.InvalidArgument, $"cannot create a container of '{request.Image}': operating system is not supported: {image.Config.Platform.Os}");
        if (asked.NetworkMode.StartsWith("container:", StringComparison.Ordinal) && request.ExposedPorts is { Count: > 0 })
            throw Invalid("conflicting options: port exposing and the container type network mode");   // what the image exposes is no conflict
        var config = ImageDefaults.Merge(request.ToConfig(), image.Config.Config);
        var host = HostConfigDefaults.Complete(asked, daemon, cgroupV2);
        ValidateConfig(config, host);
        PortPlan.Make(config, host);
        var endpoints = networks.Choose(config, host, request.NetworkingConfig);
        var mounts = DataRootBinds.Settle(MountPlan.Make(config, host, MountsOf), daemon.DataRoot);

        string id = ContainerId.Create();
        if (wanted is null)
            wanted = index.ReserveGeneratedName(id);
        else
            index.ReserveName(wanted, id);
        try
        {
            var container = Make(id, wanted, image, config, host, endpoints, mounts);
            index.Add(container);
            events.Publish(container, "create");
        }
        catch
        {
            index.ReleaseName(wanted, id);
            Undo(id);
            throw;
        }
        return new ContainerCreateResponse { Id = id, Warnings = Warnings(host) };
    }

    private IReadOnlyList<ContainerMount> MountsOf(string container)
    {
        try
        {
            return index.Get(container).Document.Mounts;
        }
        catch (FaultException error) when (error.Kind is FaultKind.NotFound)
        {
            // 404 would say that the image is missing, and make the CLI pull it.
            throw new FaultException(FaultKind.InvalidArgument, error.Message, error);
        }
    }

    private Container Make(string id, string name, Image image, ContainerConfig config, HostConfig host,
        IReadOnlyDictionary<string, EndpointSettings> endpoints, IReadOnlyList<PlannedMount> planned)
    {
        // The folder is the sign of an unfinished creation until config.json is in it.
        store.MakeFolder(id);
        var key = new SnapshotKey(id);
        images.Snapshotter.Prepare(key, image.TopLayer);
        using (var own = images.Snapshotter.Open(key))
            Files.OpenAt(own, EnginePaths.Marker, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow, 0x1ED /* 0755 */).Dispose();
        var mounts = volumes.Resolve(planned, id, store.FolderOf(id));
        if (config.WorkingDir.Length > 0 || planned.Any(mount => mount.CopyUp))
            PrepareFiles(key, name, config.WorkingDir, planned, mounts);
        var document = new ContainerDocument
        {
            Id = id,
            Name = name,
            Created = DateTimeOffset.UtcNow,
            ImageId = image.Id.ToString(),
            ChainId = image.TopLayer?.ToString(),
            Config = config with { Hostname = Hostname(id, config, host), WorkingDir = config.WorkingDir.Length > 0 ? Path.GetFullPath(config.WorkingDir) : "" },
            HostConfig = host,
            Networks = endpoints,
            Mounts = mounts,
        };
        store.Save(document);
        ContainerVolumes.Settle(store.FolderOf(id));
        return new Container(document, new RunState(), store.FolderOf(id), store.BundleOf(id));
    }

    private void PrepareFiles(SnapshotKey key, string name, string workingDirectory, IReadOnlyList<PlannedMount> planned, IReadOnlyList<ContainerMount> mounts)
    {
        using var rootfs = MountedSnapshot.Open(images.Snapshotter.Mounts(key), name);
        if (workingDirectory.Length > 0)
            WorkingDirectory.Make(rootfs.Root, workingDirectory);
        for (int i = 0; i < planned.Count; i++)
            if (planned[i].CopyUp)
                volumes.CopyUp(rootfs.Root, mounts[i]);
    }

    private void Undo(string id)
    {
        volumes.UndoUnsettled(store.FolderOf(id));
        images.Snapshotter.Remove(new SnapshotKey(id));
        store.Delete(id);
    }

    private static string Hostname(string id, ContainerConfig config, HostConfig host) =>
        config.Hostname.Length > 0 ? config.Hostname
        : host.NetworkMode == "host" || host.UTSMode == "host" ? Environment.MachineName : ContainerId.Short(id);

    private static void ValidateConfig(ContainerConfig config, HostConfig host)
    {
        if (config.WorkingDir.Length > 0 && !config.WorkingDir.StartsWith('/'))
            throw Invalid($"the working directory '{config.WorkingDir}' is invalid, it needs to be an absolute path");
        if (config.StopSignal is { } signal)
            Signal.Parse(signal);
        foreach (string variable in config.Env ?? [])
            if (variable.Length == 0 || variable[0] == '=')
                throw Invalid($"invalid environment variable: {variable}");
        HealthCheckOptions.Validate(config.Healthcheck);
        if (config.Hostname.Length > 0 && host.UTSMode == "host")
            throw Invalid("conflicting options: hostname and the UTS mode");
        if (host.NetworkMode.StartsWith("container:", StringComparison.Ordinal))
        {
            if (config.Hostname.Length > 0)
                throw Invalid("conflicting options: hostname and the network mode");
            if (host.PortBindings is { Count: > 0 } || host.PublishAllPorts)
                throw Invalid("conflicting options: port publishing and the container type network mode");
            if (host.ExtraHosts is { Count: > 0 })
                throw Invalid("conflicting options: custom host-to-IP mapping and the network mode");
            if (host.Dns is { Count: > 0 })
                throw Invalid("conflicting options: dns and the network mode");
        }
    }

    private static IReadOnlyList<string> Warnings(HostConfig host)
    {
        List<string> warnings = [];
        if (host.NetworkMode == "host" && (host.PortBindings is { Count: > 0 } || host.PublishAllPorts))
            warnings.Add("Published ports are discarded when using host network mode");
        if (host.OomKillDisable is true && host.Memory == 0)
            warnings.Add("OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
        return warnings;
    }

    private static FaultException Invalid(string message) => new(FaultKind.InvalidArgument, message);
}
