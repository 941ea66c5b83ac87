using Microsoft.Win32.SafeHandles;

namespace Sampan.Layers;

/// <summary>Applies layers: tar streams, compressed or not, to a directory. image-spec v1.1, layer.md § Applying Changesets.</summary>
public static class LayerReader
{
    /// <summary>Reads <paramref name="layer"/> to its end (also past the tar's own end mark, so that a hash computed while reading is
    /// of the whole) and applies it below <paramref name="directory"/>; nothing outside of it is read or written, whatever the tar says.
    /// Blocks its thread; inflating, hashing and writing overlap on two more. After an exception the directory holds part of the layer: the caller drops it.</summary>
    /// <exception cref="Sampan.Faults.FaultException">InvalidArgument: not a layer, damaged, truncated, hostile or over a limit of
    /// <paramref name="options"/>; the message names the entry. NotSupported: a compression whose library is missing. Else the errno's kind (ENOSPC, …).</exception>
    public static LayerResult Apply(Stream layer, SafeFileHandle directory, ApplyOptions options, CancellationToken ct)
        => throw new NotImplementedException();
}
