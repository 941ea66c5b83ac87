using Sampan.Faults;

namespace Sampan.Engine.Containers.Create;

/// <summary>Binds that show the daemon's own folder, such as <c>-v /:/host</c>: they follow the host's mounts and unmounts, or a container would hold
/// what the daemon wants to unmount and remove.</summary>
internal static class DataRootBinds
{
    /// <exception cref="FaultException">InvalidArgument, with Docker's text: a propagation that does not follow was asked for.</exception>
    public static IReadOnlyList<PlannedMount> Settle(IReadOnlyList<PlannedMount> planned, string dataRoot) =>
        planned.Any(mount => Shows(mount, dataRoot)) ? [.. planned.Select(mount => Shows(mount, dataRoot) ? Settle(mount, dataRoot) : mount)] : planned;

    private static bool Shows(PlannedMount planned, string dataRoot) => planned.Mount is { Type: "bind", Source: var source }
        && (source.StartsWith(dataRoot, StringComparison.Ordinal) || dataRoot.StartsWith(source, StringComparison.Ordinal));

    private static PlannedMount Settle(PlannedMount planned, string dataRoot)
    {
        var mount = planned.Mount;
        if (mount.PropagationIsDefault)
            return planned with { Mount = mount with { Propagation = "rslave" } };
        return mount.Propagation is "rslave" or "rshared" ? planned : throw new FaultException(FaultKind.InvalidArgument,
            "invalid mount config: must use either propagation mode \"rslave\" or \"rshared\" when mount source is within the daemon root, "
            + $"daemon root: \"{dataRoot}\", bind mount source: \"{mount.Source}\", propagation: \"{mount.Propagation}\"");
    }
}
