using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>A process started in a container: our direct child, which the caller reaps.</summary>
public sealed class ContainerProcess(ChildProcess process, SafeFileHandle? console) : IDisposable
{
    public int Pid => Process.Pid;

    public ChildProcess Process { get; } = process;

    /// <summary>Our side of its terminal; null without one.</summary>
    public SafeFileHandle? Console { get; } = console;

    public void Dispose()
    {
        Process.Dispose();
        Console?.Dispose();
    }
}
