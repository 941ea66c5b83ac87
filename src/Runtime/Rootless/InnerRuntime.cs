using System.Runtime.ExceptionServices;
using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime.Rootless;

/// <summary>Without privileges the runtime does its work as the root of the container's own user namespace: it starts itself anew in there
/// (<see cref="UserNamespaceEntry"/>), and what runs there is an ordinary runtime whose containers have no user namespace of their own.
/// A program of several threads, as .NET's are, cannot enter a user namespace itself. setns(2), user_namespaces(7)</summary>
internal static class InnerRuntime
{
    /// <summary>Marks the one inside; its value is how many of its descriptors from 3 on are activated sockets.</summary>
    internal const string Variable = "_SAMPAN_INNER_RUNTIME";

    internal static bool IsThis => Environment.GetEnvironmentVariable(Variable) is not null;

    internal static int ActivatedSockets => int.TryParse(Environment.GetEnvironmentVariable(Variable), out int count) ? count : 0;

    /// <summary>On a thread that ends afterwards: one that has gone to another pid namespace for a child cannot come home without privileges,
    /// and could start no thread any more. clone(2) EINVAL, pid_namespaces(7)</summary>
    internal static T OnOwnThread<T>(Func<T> action)
    {
        if (!IsThis) return action();
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                result = action();
            }
            catch (FaultException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>What is left of a config for the one inside.</summary>
    internal static RuntimeSpec Narrow(RuntimeSpec spec) => spec.Linux is not { } linux ? spec : spec with
    {
        Linux = linux with
        {
            Namespaces = ((List<NamespaceSpec>)[.. linux.Namespaces ?? []]).FindAll(space => space.Type != "user"),
            UidMappings = null,
            GidMappings = null,
            // Only devices of the host that are bound can be reached, with the user's own rights; filters need privileges. runc leaves them out too.
            Resources = linux.Resources is { } resources ? resources with { Devices = null } : null,
        },
    };
}
