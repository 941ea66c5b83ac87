using System.Globalization;
using Sampan.Engine.Spec;
using Sampan.Images;
using Sampan.Snapshots;
using Sampan.Specs.Docker;
using DockerState = Sampan.Specs.Docker.ContainerState;

namespace Sampan.Engine.Containers.Views;

/// <summary><c>docker inspect</c> of a container.</summary>
internal sealed class ContainerInspector(EndpointView endpoints, ImageService images)
{
    public ContainerInspect Inspect(Container container, bool size)
    {
        var (document, state) = (container.Document, container.State);
        var command = document.CommandLine;
        bool hasFiles = state.StartedAt != UnixTime.Never;
        var usage = size ? images.Snapshotter.Usage(new SnapshotKey(container.Id)) : default;
        return new ContainerInspect
        {
            Id = container.Id,
            Created = Rfc3339.Format(document.Created),
            Path = command[0],
            Args = [.. command.Skip(1)],
            State = State(state, container.Health),
            Image = document.ImageId,
            ResolvConfPath = hasFiles ? Path.Combine(container.Folder, "resolv.conf") : "",
            HostnamePath = hasFiles ? Path.Combine(container.Folder, "hostname") : "",
            HostsPath = hasFiles ? Path.Combine(container.Folder, "hosts") : "",
            LogPath = document.HostConfig.LogConfig.Type == LogDriver.JsonFile && hasFiles ? container.LogPath : "",
            Name = "/" + document.Name,
            RestartCount = state.RestartCount,
            Driver = images.Snapshotter.Name,
            AppArmorProfile = hasFiles ? AppArmor.NameOf(AppArmor.Asked(document.HostConfig.SecurityOpt), document.HostConfig.Privileged) : "",
            ExecIDs = container.Execs.Where(exec => !exec.HasEnded).Select(exec => exec.Id).ToArray() is { Length: > 0 } execs ? execs : null,
            HostConfig = document.HostConfig,
            GraphDriver = GraphDriver(container, state),
            SizeRw = size ? usage.Bytes : null,
            SizeRootFs = size ? usage.Bytes + ImageSize(document) : null,
            Mounts = [.. document.Mounts.Where(mount => mount.Type != "tmpfs").Select(ToMountPoint)],
            Config = document.Config,
            NetworkSettings = endpoints.Settings(container),
        };
    }

    private static DockerState State(RunState state, ContainerHealth? health) => new()
    {
        Status = state.Status.ToWire(),
        Running = state.Status.CountsAsRunning(),
        Paused = state.Status is ContainerStatus.Paused,
        Restarting = state.Status is ContainerStatus.Restarting,
        OOMKilled = state.OomKilled,
        Dead = state.Status is ContainerStatus.Dead,
        Pid = state.Pid,
        ExitCode = state.ExitCode,
        Error = state.Error,
        StartedAt = Rfc3339.Format(state.StartedAt),
        FinishedAt = Rfc3339.Format(state.FinishedAt),
        Health = health,
    };

    private long ImageSize(ContainerDocument document) => images.Find(document.ImageId)?.Size ?? 0;

    /// <summary>Where the layers are. What they make together is mounted for the container alone, and seen from the host through its process.</summary>
    private StorageDriverData GraphDriver(Container container, RunState state)
    {
        var folders = images.Snapshotter.Folders(new SnapshotKey(container.Id));
        if (folders is not null && state.Status.HasProcess())
            folders = new SortedDictionary<string, string>(folders.ToDictionary(), StringComparer.Ordinal) { ["MergedDir"] = string.Create(CultureInfo.InvariantCulture, $"/proc/{state.Pid}/root") };
        return new StorageDriverData { Name = images.Snapshotter.Name, Data = folders };
    }

    public static MountPoint ToMountPoint(ContainerMount mount) => new()
    {
        Type = mount.Type,
        Name = mount.Name,
        Source = mount.Source,
        Destination = mount.Destination,
        Driver = mount.Driver,
        Mode = mount.Mode,
        RW = mount.ReadWrite,
        Propagation = mount.Propagation,
    };
}
