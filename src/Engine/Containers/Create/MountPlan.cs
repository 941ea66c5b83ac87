using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Volumes;

namespace Sampan.Engine.Containers.Create;

/// <summary>A mount as asked for, before its volume exists.</summary>
internal sealed record PlannedMount
{
    public required ContainerMount Mount { get; init; }
    /// <summary>For a volume: labels and options it is created with when it does not exist.</summary>
    public IReadOnlyDictionary<string, string>? VolumeLabels { get; init; }
    public IReadOnlyDictionary<string, string>? VolumeOptions { get; init; }
    /// <summary>Fill an empty volume with what the image has at the destination.</summary>
    public bool CopyUp { get; init; }
}

/// <summary>Turns <c>-v</c>, <c>--mount</c>, <c>--tmpfs</c>, <c>--volumes-from</c> and the image's VOLUMEs into one list of mounts, one per destination.</summary>
internal static class MountPlan
{
    /// <param name="mountsOf">The mounts of a container named by <c>--volumes-from</c>.</param>
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts. NotFound: a container of <c>--volumes-from</c>.</exception>
    public static IReadOnlyList<PlannedMount> Make(ContainerConfig config, HostConfig host, Func<string, IReadOnlyList<ContainerMount>> mountsOf)
    {
        var byDestination = new Dictionary<string, PlannedMount>(StringComparer.Ordinal);
        foreach (string from in host.VolumesFrom ?? [])
            foreach (var mount in FromContainer(from, mountsOf))
                byDestination[mount.Mount.Destination] = mount;

        var own = new HashSet<string>(StringComparer.Ordinal);
        void Add(PlannedMount mount)
        {
            if (!own.Add(mount.Mount.Destination))
                throw new FaultException(FaultKind.InvalidArgument, $"Duplicate mount point: {mount.Mount.Destination}");
            byDestination[mount.Mount.Destination] = mount;
        }
        foreach (string bind in host.Binds ?? [])
            Add(FromBind(BindSpec.Parse(bind), host.VolumeDriver));
        foreach (var request in host.Mounts ?? [])
            Add(FromRequest(request));
        foreach (var (path, options) in host.Tmpfs ?? new Dictionary<string, string>())
        {
            if (!path.StartsWith('/'))
                throw new FaultException(FaultKind.InvalidArgument, $"invalid mount path: '{path}' mount path must be absolute");
            Add(Tmpfs(MountTarget.Clean(path, path), TmpfsOptions.Parse(options)));
        }
        foreach (string path in config.Volumes?.Keys ?? [])
        {
            string destination = MountTarget.Clean(path, path);
            if (!byDestination.ContainsKey(destination))
                Add(Volume(null, destination, "", true, host.VolumeDriver, copyUp: true));
        }
        return [.. byDestination.Values];
    }

    private static PlannedMount FromBind(BindSpec spec, string driver) => spec.IsVolume
        ? Volume(spec.Source, spec.Destination, spec.Mode.Length > 0 ? spec.Mode : "z", spec.ReadWrite, driver, !spec.NoCopy)
        : Bind(spec.Source, spec.Destination, spec.Mode, spec.ReadWrite, spec.Propagation);

    private static PlannedMount FromRequest(MountRequest request)
    {
        MountChecks.Check(request);
        string destination = MountTarget.Clean(request.Target!, request.Target!);
        switch (request.Type)
        {
            case "bind":
                if (!Path.Exists(request.Source)) Directory.CreateDirectory(request.Source!); // CreateMountpoint, or the check had refused it
                var bind = Bind(request.Source!, destination, "", !request.ReadOnly, request.BindOptions?.Propagation ?? "");
                return bind with
                {
                    Mount = bind.Mount with
                    {
                        NonRecursive = request.BindOptions?.NonRecursive is true,
                        ReadOnlyNonRecursive = request.BindOptions?.ReadOnlyNonRecursive is true,
                    },
                };
            case "volume":
                var options = request.VolumeOptions;
                var volume = Volume(request.Source, destination, "z", !request.ReadOnly, options?.DriverConfig?.Name ?? "", options?.NoCopy is not true);
                return volume with
                {
                    Mount = volume.Mount with { Subpath = options?.Subpath ?? "" },
                    VolumeLabels = options?.Labels,
                    VolumeOptions = options?.DriverConfig?.Options,
                };
            default:
                return Tmpfs(destination, TmpfsOptions.From(request.TmpfsOptions, request.ReadOnly));
        }
    }

    // name[:ro|rw]
    private static IEnumerable<PlannedMount> FromContainer(string from, Func<string, IReadOnlyList<ContainerMount>> mountsOf)
    {
        string[] parts = from.Split(':', 2);
        string mode = parts.Length == 2 ? parts[1] : "rw";
        if (mode is not ("rw" or "ro" or "z" or "Z"))
            throw new FaultException(FaultKind.InvalidArgument, $"invalid mode: {mode}");
        return mountsOf(parts[0]).Where(mount => mount.Type != "tmpfs").Select(mount => new PlannedMount
        {
            // One that nobody named stays so: it goes with the last container that has it.
            Mount = mount with { ReadWrite = mount.ReadWrite && mode != "ro" },
        });
    }

    private static PlannedMount Bind(string source, string destination, string mode, bool readWrite, string propagation) => new()
    {
        Mount = new ContainerMount
        {
            Type = "bind", Source = Path.GetFullPath(source), Destination = destination, Mode = mode, ReadWrite = readWrite,
            Propagation = propagation.Length > 0 ? propagation : "rprivate", PropagationIsDefault = propagation.Length == 0,
        },
    };

    private static PlannedMount Volume(string? name, string destination, string mode, bool readWrite, string driver, bool copyUp)
    {
        if (driver is not ("" or "local"))
            throw new FaultException(FaultKind.NotFound, $"error looking up volume plugin {driver}: plugin \"{driver}\" not found");
        return new PlannedMount
        {
            Mount = new ContainerMount
            {
                Type = "volume", Name = string.IsNullOrEmpty(name) ? null : name, Source = "", Destination = destination, Driver = "local",
                Mode = mode, ReadWrite = readWrite, Anonymous = string.IsNullOrEmpty(name),
            },
            CopyUp = copyUp,
        };
    }

    private static PlannedMount Tmpfs(string destination, IReadOnlyList<string> options) => new()
    {
        Mount = new ContainerMount { Type = "tmpfs", Source = "", Destination = destination, Options = options, ReadWrite = !options.Contains("ro") },
    };
}
