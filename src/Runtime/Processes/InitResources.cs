using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Cgroups;
using Sampan.Linux.Seccomp;

namespace Sampan.Runtime.Processes;

/// <summary>What is opened before a container's first process is cloned, which inherits it.</summary>
internal sealed class InitResources : IDisposable
{
    internal required string Id { get; init; }
    internal required NamespacePlan Namespaces { get; init; }
    internal required ICgroup Cgroup { get; init; }
    internal required CgroupEntrance Entrance { get; init; }
    /// <summary>The host's procfs: the container has another one in view, or what somebody hostile made of it.</summary>
    internal required SafeFileHandle Proc { get; init; }
    /// <summary>Null with a terminal.</summary>
    internal required StandardStreams? Streams { get; init; }
    internal required SafeFileHandle StartSocket { get; init; }
    internal required SeccompProgram? Seccomp { get; init; }
    internal required HookRun CreateContainerHooks { get; init; }
    internal required HookRun StartContainerHooks { get; init; }
    /// <summary>Of the process, HOME included.</summary>
    internal required IReadOnlyList<string> Environment { get; init; }

    internal IReadOnlyList<SafeFileHandle> CgroupTasks => Entrance.Tasks;

    public void Dispose()
    {
        Namespaces.Dispose();
        Entrance.Dispose();
        Proc.Dispose();
        Streams?.Dispose();
        StartSocket.Dispose();
        CreateContainerHooks.Dispose();
        StartContainerHooks.Dispose();
    }
}
