using System.Globalization;
using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Volumes;
using VolumeDocument = Sampan.Specs.Docker.Volume;

namespace Sampan.Engine;

/// <summary>Volumes as the API shows them, with their events.</summary>
public sealed class VolumeService
{
    private readonly VolumeStore _volumes;
    private readonly ContainerIndex _containers;
    private readonly EventLog _events;

    internal VolumeService(VolumeStore volumes, ContainerIndex containers, EventLog events) => (_volumes, _containers, _events) = (volumes, containers, events);

    public VolumeListResponse List(Filters filters)
    {
        filters.Validate("dangling", "driver", "label", "name");
        bool? dangling = filters.GetBoolean("dangling");
        return new VolumeListResponse
        {
            Volumes = [.. _volumes.List().Where(volume =>
                    filters.Matches("driver", volume.Driver)
                    && filters.Any("name", part => volume.Name.Contains(part, StringComparison.Ordinal))
                    && filters.MatchesLabels("label", volume.Labels)
                    && (dangling is null || dangling == (UsersOf(volume.Name).Count == 0)))
                .Select(Describe)],
        };
    }

    /// <exception cref="FaultException">NotFound.</exception>
    public VolumeDocument Inspect(string name) => Describe(_volumes.Get(name));

    /// <summary>Makes it; one that is there already is the answer.</summary>
    /// <exception cref="FaultException">InvalidArgument, Conflict, NotFound: no such driver, NotSupported.</exception>
    public VolumeDocument Create(VolumeCreateRequest request)
    {
        if (request.ClusterVolumeSpec is { ValueKind: not System.Text.Json.JsonValueKind.Null })
            throw new FaultException(FaultKind.NotSupported, "not supported by this engine: ClusterVolumeSpec");
        if (request.Driver is not ("" or "local"))
            throw new FaultException(FaultKind.NotFound, $"create {request.Name}: error looking up volume plugin {request.Driver}: plugin \"{request.Driver}\" not found");
        var labels = request.Labels;
        string name = request.Name;
        if (name.Length == 0)
        {
            name = VolumeName.Random();
            labels = new Dictionary<string, string>(labels ?? new Dictionary<string, string>()) { [ContainerVolumes.AnonymousLabel] = "" };
        }
        var volume = _volumes.Create(name, labels, request.DriverOpts, out bool created);
        if (created)
            Publish("create", name);
        return Describe(volume);
    }

    /// <param name="force">A volume that is not there is no error.</param>
    /// <exception cref="FaultException">NotFound; Conflict: in use.</exception>
    public void Remove(string name, bool force)
    {
        if (force && _volumes.Find(name) is null)
            return;
        _volumes.Remove(name, UsersOf(name));
        Publish("destroy", name);
    }

    /// <summary>Anonymous ones that nobody uses; with <c>all</c>, named ones too.</summary>
    public VolumesPruneReport Prune(Filters filters)
    {
        filters.Validate("all", "label", "label!");
        bool all = filters.GetBoolean("all") ?? false;
        var (removed, reclaimed) = _volumes.Prune(name => UsersOf(name).Count > 0,
            volume => (all || volume.Labels.ContainsKey(ContainerVolumes.AnonymousLabel)) && PruneFilter.MatchesLabels(filters, volume.Labels));
        foreach (string name in removed)
            Publish("destroy", name);
        _events.Publish(EventTypes.Volume, "prune", "", new Dictionary<string, string> { ["reclaimed"] = reclaimed.ToString(CultureInfo.InvariantCulture) });
        return new VolumesPruneReport { VolumesDeleted = removed.Count > 0 ? removed : null, SpaceReclaimed = (ulong)reclaimed };
    }

    /// <summary>With the bytes each takes: walks all of them.</summary>
    internal IReadOnlyList<VolumeDocument> Measure() => [.. _volumes.List().Select(volume => Describe(volume) with
    {
        UsageData = new VolumeUsage { RefCount = UsersOf(volume.Name).Count, Size = _volumes.Size(volume.Name) },
    })];

    private IReadOnlyList<string> UsersOf(string name) => ContainerVolumes.UsersOf(name, _containers);

    private void Publish(string action, string name) =>
        _events.Publish(EventTypes.Volume, action, name, new Dictionary<string, string> { ["driver"] = "local" });

    private static VolumeDocument Describe(Volumes.Volume volume) => new()
    {
        Name = volume.Name,
        Driver = volume.Driver,
        Scope = volume.Scope,
        Mountpoint = volume.Mountpoint,
        CreatedAt = volume.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        Labels = volume.Labels.Count > 0 ? volume.Labels : null,
        Options = volume.Options.Count > 0 ? volume.Options : null,
    };
}
