using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;

namespace Sampan.Networks;

/// <summary>A network namespace that lives as long as this handle, a process in it, or an interface's other end that holds it.</summary>
public sealed class NetworkSandbox(SafeFileHandle handle) : IDisposable
{
    public SafeFileHandle Handle => handle;

    /// <summary>For config.json, while this process lives: <c>/proc/PID/fd/N</c>.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{handle.Fd()}");

    public void Dispose() => handle.Dispose();
}
