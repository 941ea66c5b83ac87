using Sampan.EngineApi.Http;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>What a create request of an older client means today: fields its version did not have are dropped, its defaults filled in, and
/// combinations its version refused are refused. Each line names the version.</summary>
internal static class CreateRequestVersions
{
    internal static ContainerCreateRequest Adapt(ContainerCreateRequest request, ApiVersion version, List<string> warnings)
    {
        var host = request.HostConfig ?? new HostConfig();
        var endpoints = request.NetworkingConfig?.EndpointsConfig ?? new Dictionary<string, EndpointSettings>();
        host = AdaptHost(host, version);
        if (version.IsBelow(48))
            endpoints = endpoints.ToDictionary(pair => pair.Key, pair => pair.Value with { GwPriority = 0 });
        if (version.IsBelow(44))
        {
            if (request.Healthcheck is { StartInterval: not 0 } health) request = request with { Healthcheck = health with { StartInterval = 0 } };
            if (endpoints.Count > 1)
                throw new FaultException(FaultKind.InvalidArgument,
                    $"Container cannot be created with multiple network endpoints: {string.Join(", ", endpoints.Keys)}");
        }
        if (!version.IsBelow(48) && host.VolumeDriver.Length > 0 && (host.Mounts ?? []).Any(UsesContainerVolumeDriver))
            warnings.Add("WARNING: the container-wide volume-driver configuration is ignored for volumes specified via 'mount'. Use '--mount type=volume,volume-driver=...' instead");
        (request, endpoints) = MacAddress(request, host, endpoints, version, warnings);
        if (host.PidsLimit <= 0) host = host with { PidsLimit = null }; // 0 and below: unlimited
        return request with { HostConfig = host, NetworkingConfig = new NetworkingConfig { EndpointsConfig = endpoints } };
    }

    private static HostConfig AdaptHost(HostConfig host, ApiVersion version)
    {
        if (version.IsBelow(25)) host = host with { AutoRemove = false }; // the client removed the container itself
        if (version.IsBelow(40)) host = host with { KernelMemoryTCP = 0, IpcMode = host.IpcMode.Length == 0 ? "shareable" : host.IpcMode };
        if (version.IsBelow(42)) host = host with { ConsoleSize = [0, 0] };
        if (!version.IsBelow(42)) host = host with { KernelMemory = 0 }; // removed in 1.42, ignored since
        if (version.IsBelow(43)) host = host with { Annotations = null };
        return host with { Mounts = host.Mounts is null ? null : [.. host.Mounts.Select(mount => AdaptMount(mount, version))] };
    }

    private static MountRequest AdaptMount(MountRequest mount, ApiVersion version)
    {
        if (version.IsBelow(40) && mount.BindOptions is { NonRecursive: true } recursive)
            mount = mount with { BindOptions = recursive with { NonRecursive = false } };
        if (version.IsBelow(42))
        {
            mount = mount with
            {
                BindOptions = mount.BindOptions is { CreateMountpoint: true } bind ? bind with { CreateMountpoint = false } : mount.BindOptions,
                VolumeOptions = mount.Type == "volume" ? mount.VolumeOptions : null,
                TmpfsOptions = mount.Type == "tmpfs" ? mount.TmpfsOptions : null,
            };
        }
        else
        {
            Only("VolumeOptions", mount.VolumeOptions, "volume", mount.Type);
            Only("BindOptions", mount.BindOptions, "bind", mount.Type);
            Only("TmpfsOptions", mount.TmpfsOptions, "tmpfs", mount.Type);
        }
        if (version.IsBelow(44) && mount is { Type: "bind", BindOptions.ReadOnlyForceRecursive: true })
            throw new FaultException(FaultKind.InvalidArgument, "BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
        // Before 1.44 read-only mounts were read-only at their top only.
        if (version.IsBelow(44) && mount is { Type: "bind", ReadOnly: true })
            mount = mount with { BindOptions = (mount.BindOptions ?? new()) with { ReadOnlyNonRecursive = true } };
        if (version.IsBelow(45) && mount.VolumeOptions is { Subpath: not null })
            throw new FaultException(FaultKind.InvalidArgument, "VolumeOptions.Subpath needs API v1.45 or newer");
        if (version.IsBelow(48) && mount.Type == "image")
            throw new FaultException(FaultKind.InvalidArgument, "Mount type \"Image\" needs API v1.48 or newer");
        return mount;
    }

    private static void Only(string field, object? options, string wanted, string? type)
    {
        if (options is not null && type != wanted)
            throw new FaultException(FaultKind.InvalidArgument, $"{field} must not be specified on mount type \"{type}\"");
    }

    private static bool UsesContainerVolumeDriver(MountRequest mount) =>
        mount.Type == "volume" && string.IsNullOrEmpty(mount.VolumeOptions?.DriverConfig?.Name);

    /// <summary>Since 1.44 the MAC address belongs to an endpoint; the field of the container is carried over to it.</summary>
    private static (ContainerCreateRequest, IReadOnlyDictionary<string, EndpointSettings>) MacAddress(
        ContainerCreateRequest request, HostConfig host, IReadOnlyDictionary<string, EndpointSettings> endpoints, ApiVersion version, List<string> warnings)
    {
        if (request.MacAddress is not { } mac)
        {
            return (request, !version.IsBelow(44) ? endpoints : endpoints.ToDictionary(pair => pair.Key, pair => pair.Value with { MacAddress = "" }));
        }
        string network = host.NetworkMode is "" or "default" ? "bridge" : host.NetworkMode;
        bool hasEndpoint = network is not ("host" or "none") && !network.StartsWith("container:", StringComparison.Ordinal);
        if (!hasEndpoint && version.IsBelow(44))
            throw new FaultException(FaultKind.InvalidArgument, "conflicting options: mac-address and the network mode");
        if (hasEndpoint)
        {
            string key = endpoints.ContainsKey(network) || endpoints.Count == 0 ? network : version.IsBelow(44) ? endpoints.Keys.First()
                : endpoints.ContainsKey("default") && network == "bridge" ? "default"
                : throw new FaultException(FaultKind.InvalidArgument,
                    "unable to migrate container-wide MAC address to a specific network: HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks");
            var endpoint = endpoints.GetValueOrDefault(key) ?? new EndpointSettings();
            if (!version.IsBelow(44) && endpoint.MacAddress.Length > 0 && endpoint.MacAddress != mac)
                throw new FaultException(FaultKind.InvalidArgument,
                    "the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty");
            endpoints = new Dictionary<string, EndpointSettings>(endpoints) { [key] = endpoint with { MacAddress = mac } };
        }
        if (!version.IsBelow(44))
            warnings.Add("The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead.");
        return (request with { MacAddress = null }, endpoints);
    }
}
