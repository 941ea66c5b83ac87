using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Sampan.Distribution;
using Sampan.Engine.Archives;
using Sampan.Engine.Attach;
using Sampan.Engine.Containers;
using Sampan.Engine.Containers.Create;
using Sampan.Engine.Containers.Start;
using Sampan.Engine.Containers.Views;
using Sampan.Engine.Events;
using Sampan.Engine.Execs;
using Sampan.Engine.Health;
using Sampan.Engine.Networking;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Linux.Cgroups;
using Sampan.Networks;
using Sampan.ShimClient;
using Sampan.Specs.Oci.Image;
using Sampan.Volumes;

namespace Sampan.Engine;

/// <summary>One engine on one data root, wired by hand: everything that the API calls.</summary>
public sealed class EngineHost
{
    private readonly ContainerAdopter _adopter;
    private readonly ContainerIndex _index;
    private readonly ContainerStarter _starter;
    private readonly ILogger _log;

    /// <param name="options">Validated; <see cref="DaemonOptions.RuntimePath"/> is set.</param>
    /// <param name="builtInImages">The archive of an image that this program carries; null for any other name.</param>
    /// <param name="initProgram">The static init of <c>--init</c>, gzipped.</param>
    /// <exception cref="FaultException">InvalidArgument: a path is too long.</exception>
    public EngineHost(DaemonOptions options, ImageService images, NetworkManager networks, VolumeStore volumes,
        Func<ImageReference, Stream?> builtInImages, ILoggerFactory logs, Func<Stream?>? initProgram = null)
    {
        (Options, Images) = (options, images);
        _log = logs.CreateLogger<EngineHost>();
        bool cgroupV2 = CgroupFileSystem.Detect().Mode is CgroupMode.Unified;
        var sockets = new ShimSockets(options.ExecRoot);
        var store = new ContainerStore(options.DataRoot, options.ExecRoot);
        _index = new ContainerIndex();
        Events = new EventLog();
        var containerVolumes = new ContainerVolumes(volumes, Events);
        var network = new ContainerNetwork(networks, Events);
        var endpoints = new EndpointView(networks);
        ShimLauncher.Prepare(options.RuntimePath!);
        var launcher = new ContainerLauncher(options.RuntimePath!, _index, store, images, network, containerVolumes,
            new BundleWriter(options, _index, images, new InitProgram(options.DataRoot, initProgram ?? (() => null)), cgroupV2), sockets);
        var killer = new ContainerKiller(store, Events);
        var remover = new ContainerRemover(_index, store, images, containerVolumes, killer, Events);
        var end = new ContainerEnd(options, store, launcher, Events, logs.CreateLogger<ContainerEnd>())
        {
            Remove = container => remover.RemoveAsync(container, new ContainerRemoveOptions { Volumes = true }, CancellationToken.None),
            Restart = container => _starter!.StartAsync(container, byUser: false, CancellationToken.None),
        };
        var execStarter = new ExecStarter(sockets, Events);
        var health = new HealthMonitor(execStarter, Events, logs.CreateLogger<HealthMonitor>());
        _starter = new ContainerStarter(store, launcher, network, sockets, end, health, Events);
        _adopter = new ContainerAdopter(options, _index, store, launcher, end, remover, containerVolumes, images, networks, sockets, health, logs.CreateLogger<ContainerAdopter>());

        var pauser = new ContainerPauser(store, Events);
        Containers = new ContainerService(_index, new ContainerVerbs(
            new ContainerCreator(options, _index, store, images, containerVolumes, new NetworkChoice(networks), Events, cgroupV2),
            _starter, killer, pauser, remover, new ContainerRenamer(_index, store, Events),
            new ContainerUpdater(store, Events), new ContainerPruner(_index, remover, images, Events),
            new ContainerInspector(endpoints, images), new ContainerLister(_index, endpoints, images),
            new ContainerAttacher(_index, sockets, Events), new ContainerArchiver(images, containerVolumes, Events), Events));
        Execs = new ExecService(_index, execStarter, Events);
        end.Ended = Execs.Forget;
        _adopter.Adopted = Execs.AdoptAsync;
        Networks = new NetworkService(networks, _index);
        Volumes = new VolumeService(volumes, _index, Events);
        ImagePull = new ImagePull(images, builtInImages, Events);
        ImageCommit = new ImageCommit(images, _index, pauser, Events);
        ImageRemover = new ImageRemover(images, _index, Events);
        ImagePruner = new ImagePruner(images, ImageRemover, Events);
        System = new SystemService(options, ReadEngineId(options.DataRoot), Containers, images, Volumes, cgroupV2);
    }

    public DaemonOptions Options { get; }

    /// <summary>After SIGHUP: what dockerd takes over from a changed file without a restart. The rest of <paramref name="changed"/> waits for one.</summary>
    public void Reload(DaemonOptions changed, RegistryOptions registries)
    {
        var options = Options with
        {
            Debug = changed.Debug,
            Labels = changed.Labels,
            InsecureRegistries = changed.InsecureRegistries,
            RegistryMirrors = changed.RegistryMirrors,
            MaxConcurrentDownloads = changed.MaxConcurrentDownloads,
            MaxConcurrentUploads = changed.MaxConcurrentUploads,
            MaxDownloadAttempts = changed.MaxDownloadAttempts,
        };
        Images.Reconfigure(registries, options.MaxConcurrentDownloads, options.MaxConcurrentUploads);
        System.Show(options);
        Events.Publish(EventTypes.Daemon, "reload", System.EngineId, ReloadEvent.AttributesOf(options));
    }
    public ContainerService Containers { get; }
    public ExecService Execs { get; }
    public EventLog Events { get; }
    public SystemService System { get; }
    public NetworkService Networks { get; }
    public VolumeService Volumes { get; }
    public ImageService Images { get; }
    public ImagePull ImagePull { get; }
    public ImageCommit ImageCommit { get; }
    public ImageRemover ImageRemover { get; }
    public ImagePruner ImagePruner { get; }

    /// <summary>Takes over what an earlier daemon left, and starts what its restart policy wants started.</summary>
    public async Task AdoptAsync()
    {
        var containers = _adopter.Load();
        await _adopter.AdoptAsync(containers).ConfigureAwait(false);
        foreach (var container in _index.All.Where(container => !container.State.Status.CountsAsRunning()
            && container.State.StartedAt != UnixTime.Never
            && RestartPolicies.StartsWithDaemon(container.Document.HostConfig.RestartPolicy, container.State.StoppedByUser)))
            _ = RestartAsync(container);
    }

    private async Task RestartAsync(Container container)
    {
        try
        {
            await _starter.StartAsync(container, byUser: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException error)
        {
            ContainerEnd.LogRestartFailure(_log, container.Id, error);
        }
    }

    /// <summary>A name for this engine that outlives the daemon, in the form of a UUID.</summary>
    private static string ReadEngineId(string dataRoot)
    {
        string path = Path.Combine(dataRoot, "engine-id");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } id)
            return id;
        id = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
        Linux.Files.Replace(path, Encoding.ASCII.GetBytes(id));
        return id;
    }
}
