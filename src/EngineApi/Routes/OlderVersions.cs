using Sampan.EngineApi.Http;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>What answers looked like before API 1.51. Each line names the version that changed it.</summary>
internal static class OlderVersions
{
    internal static SystemInfoResponse Adapt(SystemInfoResponse info, ApiVersion version)
    {
        if (version.IsBelow(25))
            info = info with { SecurityOptions = [.. (info.SecurityOptions ?? []).Select(NameOfSecurityOption)] };
        if (version.IsBelow(44))
            info = info with { Runtimes = info.Runtimes?.ToDictionary(pair => pair.Key, pair => pair.Value with { Status = null }) };
        if (version.IsBelow(49))
        {
            info = info with
            {
                FirewallBackend = null,
                ContainerdCommit = info.ContainerdCommit with { Expected = info.ContainerdCommit.ID },
                RuncCommit = info.RuncCommit with { Expected = info.RuncCommit.ID },
                InitCommit = info.InitCommit with { Expected = info.InitCommit.ID },
            };
        }
        return info;
    }

    internal static IReadOnlyList<ContainerSummary> Adapt(IReadOnlyList<ContainerSummary> containers, ApiVersion version) => !version.IsBelow(48) ? containers :
    [
        .. containers.Select(container => container with
        {
            ImageManifestDescriptor = null,
            HostConfig = version.IsBelow(46) ? container.HostConfig with { Annotations = null } : container.HostConfig,
        }),
    ];

    internal static ContainerInspect Adapt(ContainerInspect container, ApiVersion version)
    {
        if (version.IsBelow(45) && container.NetworkSettings is { Networks: { } networks } settings)
        {
            string shortId = container.Id[..12];
            container = container with
            {
                NetworkSettings = settings with
                {
                    // Since 1.45 these two are in DNSNames only.
                    Networks = networks.ToDictionary(pair => pair.Key, pair => IsUserDefined(pair.Key)
                        ? pair.Value with { Aliases = [.. (pair.Value.Aliases ?? []).Append(shortId).Append(container.Config?.Hostname ?? "").Distinct()] }
                        : pair.Value),
                },
            };
        }
        return version.IsBelow(48) ? container with { ImageManifestDescriptor = null } : container;
    }

    /// <param name="counted">The number of containers was asked for, as docker system df does.</param>
    internal static IReadOnlyList<ImageSummary> Adapt(IReadOnlyList<ImageSummary> images, ApiVersion version, bool counted = false) => !version.IsBelow(51) ? images :
    [
        .. images.Select(image => image with
        {
            Containers = counted ? image.Containers : -1,
            Descriptor = version.IsBelow(48) ? null : image.Descriptor,
            VirtualSize = version.IsBelow(44) ? image.Size : 0,
            RepoTags = version.IsBelow(43) && image is { RepoTags.Count: 0, RepoDigests.Count: 0 } ? ["<none>:<none>"] : image.RepoTags,
            RepoDigests = version.IsBelow(43) && image is { RepoTags.Count: 0, RepoDigests.Count: 0 } ? ["<none>@<none>"] : image.RepoDigests,
        }),
    ];

    internal static ImageInspect Adapt(ImageInspect image, ApiVersion version)
    {
        if (version.IsBelow(44)) image = image with { VirtualSize = image.Size, Created = image.Created ?? Rfc3339.Never };
        if (!version.IsBelow(45)) image = image with { Container = null, ContainerConfig = null };
        return version.IsBelow(48) ? image with { Descriptor = null } : image;
    }

    private static bool IsUserDefined(string network) => network is not ("bridge" or "host" or "none" or "default");

    // name=seccomp,profile=builtin → seccomp
    private static string NameOfSecurityOption(string option) =>
        option.Split(',').FirstOrDefault(part => part.StartsWith("name=", StringComparison.Ordinal))?["name=".Length..] ?? option;
}
