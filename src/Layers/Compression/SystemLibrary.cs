using System.Runtime.InteropServices;
using Sampan.Faults;

namespace Sampan.Layers.Compression;

/// <summary>A compression library of the system, loaded when first needed and kept.</summary>
internal sealed class SystemLibrary(string file, string package, string format)
{
    private readonly Lock _gate = new();   // guards _handle
    private nint _handle;

    /// <exception cref="FaultException">NotSupported: not installed; the message names Debian's package.</exception>
    internal nint Function(string name)
    {
        lock (_gate)
        {
            if (_handle == 0 && !NativeLibrary.TryLoad(file, out _handle))
                throw new FaultException(FaultKind.NotSupported,
                    $"cannot decompress {format}: library '{file}' is not installed; install the package '{package}'");
        }
        return NativeLibrary.GetExport(_handle, name);
    }
}
