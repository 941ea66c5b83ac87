using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Volumes;

namespace Sampan.Engine.Containers.Create;

/// <summary>What a <c>--mount</c> must and must not say, by its type. Engine API 1.51, Mount.</summary>
internal static class MountChecks
{
    /// <exception cref="FaultException">InvalidArgument, with Docker's texts.</exception>
    public static void Check(MountRequest request)
    {
        if (request.Target is not { Length: > 0 } target) throw Invalid(request, "field Target must not be empty");
        if (Path.GetFullPath(target, "/") == "/") throw Invalid(request, "invalid specification: destination can't be '/'");
        CheckAbsolute(request, target);
        if (request.ImageOptions is not null) throw Extra(request, "ImageOptions");
        switch (request.Type)
        {
            case "bind":
                CheckBind(request);
                break;
            case "volume":
                if (request.BindOptions is not null) throw Extra(request, "BindOptions");
                CheckVolume(request);
                break;
            case "tmpfs":
                if (request.BindOptions is not null) throw Extra(request, "BindOptions");
                if (request.Source is { Length: > 0 }) throw Extra(request, "Source");
                foreach (var option in request.TmpfsOptions?.Options ?? [])
                    if (option.Count is < 1 or > 2) throw Invalid(request, "invalid option array length");
                    else if (option[0] is not ("exec" or "noexec")) throw Invalid(request, $"invalid option: {option[0]}");
                break;
            default:
                throw Invalid(request, "mount type unknown");
        }
    }

    private static void CheckBind(MountRequest request)
    {
        if (request.Source is not { Length: > 0 } source) throw Invalid(request, "field Source must not be empty");
        if (request.BindOptions?.Propagation is { Length: > 0 } propagation && propagation is not ("private" or "rprivate" or "slave" or "rslave" or "shared" or "rshared"))
            throw Invalid(request, $"invalid propagation mode: {propagation}");
        if (request.VolumeOptions is not null) throw Extra(request, "VolumeOptions");
        CheckAbsolute(request, source);
        if (request.BindOptions is { ReadOnlyForceRecursive: true } options && (options.ReadOnlyNonRecursive || options.NonRecursive))
            throw Invalid(request, $"mount options conflict: ReadOnlyForceRecursive with {(options.NonRecursive ? "NonRecursive" : "ReadOnlyNonRecursive")}");
        if (!Path.Exists(source) && request.BindOptions?.CreateMountpoint is not true)
            throw Invalid(request, $"bind source path does not exist: {source}");
    }

    private static void CheckVolume(MountRequest request)
    {
        bool anonymous = request.Source is not { Length: > 0 };
        if (request.VolumeOptions?.Subpath is { Length: > 0 } subpath)
        {
            if (anonymous) throw Invalid(request, "must not set Subpath when using anonymous volumes");
            if (!VolumeSubpaths.IsLocal(subpath)) throw Invalid(request, "subpath must be a relative path within the volume");
        }
        if (request.ReadOnly && anonymous) throw Invalid(request, "must not set ReadOnly mode when using anonymous volumes");
        if (!anonymous) VolumeName.Check(request.Source!);
    }

    private static void CheckAbsolute(MountRequest request, string path)
    {
        if (!path.StartsWith('/')) throw Invalid(request, $"invalid mount path: '{path}' mount path must be absolute");
    }

    private static FaultException Extra(MountRequest request, string field) => Invalid(request, $"field {field} must not be specified");

    private static FaultException Invalid(MountRequest request, string why) =>
        new(FaultKind.InvalidArgument, $"invalid mount config for type \"{request.Type}\": {why}");
}
