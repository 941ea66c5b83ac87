using Sampan.Faults;

namespace Sampan.Engine.Containers.Start;

/// <summary>The container that a <c>container:x</c> mode names.</summary>
internal static class RunningContainer
{
    private const string Prefix = "container:";

    /// <summary>Null when the mode names none.</summary>
    /// <param name="what">For the message: "network", "pid", "ipc".</param>
    /// <param name="self">Id of the container that has the mode, where it could name itself.</param>
    /// <exception cref="FaultException">NotFound, or Conflict: it does not run.</exception>
    public static Container? Find(string mode, ContainerIndex index, string what, string? self = null)
    {
        if (!mode.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var other = index.Get(mode[Prefix.Length..]);
        if (other.Id == self)
            throw new FaultException(FaultKind.InvalidArgument, $"cannot join own {what} namespace");
        return other.State.Status is ContainerStatus.Running ? other
            : throw new FaultException(FaultKind.Conflict, $"cannot join {what} namespace of a non running container: {other.Id}");
    }
}
