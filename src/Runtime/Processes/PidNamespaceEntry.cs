using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Runtime.Rootless;

namespace Sampan.Runtime.Processes;

/// <summary>While this lives, children of this thread are born in another pid namespace. pid_namespaces(7): setns changes that, and nothing of ourselves.</summary>
internal sealed class PidNamespaceEntry : IDisposable
{
    private SafeFileHandle? _home = Namespaces.Current(NamespaceKinds.Pid);

    /// <param name="target">A pid namespace's file, or the pidfd of a process in it.</param>
    internal PidNamespaceEntry(SafeFileHandle target) => Namespaces.Enter(target, NamespaceKinds.Pid, "pid");

    public void Dispose()
    {
        if (_home is null) return;
        if (!InnerRuntime.IsThis) Namespaces.Enter(_home, NamespaceKinds.Pid, "our own");
        _home.Dispose();
        _home = null;
    }
}
