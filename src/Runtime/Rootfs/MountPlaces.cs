using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootfs;

/// <summary>Where mounts go, as seen in the container.</summary>
internal static class MountPlaces
{
    /// <summary>Some callers write a destination as the host sees it, below the root's own path: runc takes that off, and so do we.</summary>
    internal static RuntimeSpec WithoutPathOfRoot(RuntimeSpec spec, string bundle)
    {
        if (spec.Mounts is null || spec.Root is not { } root) return spec;
        string path = Path.GetFullPath(root.Path, bundle);
        if (path == "/" || !HasAnyBelow(spec.Mounts, path)) return spec;
        List<MountSpec> mounts = [];
        foreach (MountSpec mount in spec.Mounts) mounts.Add(IsAtOrBelow(mount, path) ? mount with { Destination = $"/{mount.Destination[path.Length..].TrimStart('/')}" } : mount);
        return spec with { Mounts = mounts };
    }

    private static bool HasAnyBelow(IReadOnlyList<MountSpec> mounts, string path)
    {
        foreach (MountSpec mount in mounts)
            if (IsAtOrBelow(mount, path)) return true;
        return false;
    }

    private static bool IsAtOrBelow(MountSpec mount, string path)
        => mount.Destination.StartsWith(path, StringComparison.Ordinal) && (mount.Destination.Length == path.Length || mount.Destination[path.Length] == '/');
}
