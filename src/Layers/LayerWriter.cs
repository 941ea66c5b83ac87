using Microsoft.Win32.SafeHandles;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>Digest and length of a tar that was written.</summary>
public sealed record LayerWritten(Digest DiffId, long TarBytes);

/// <summary>Makes the tar of a layer. The same files give the same bytes: sorted by name, numeric owners only, no access or change times.</summary>
public static class LayerWriter
{
    /// <summary>All of <paramref name="directory"/> (mounts and device nodes included, sockets left out) as a tar with names relative to it.</summary>
    public static LayerWritten WriteTree(SafeFileHandle directory, Stream tar, CancellationToken ct)
        => throw new NotImplementedException();

    /// <summary>The changes an overlay's upper directory holds, its whiteouts in OCI form. image-spec v1.1, layer.md § Representing Changes.</summary>
    public static LayerWritten WriteChanges(SafeFileHandle upper, WhiteoutForm form, Stream tar, CancellationToken ct)
        => throw new NotImplementedException();

    /// <summary>The changes between two trees.</summary>
    public static LayerWritten WriteDifference(SafeFileHandle lower, SafeFileHandle upper, Stream tar, CancellationToken ct)
        => throw new NotImplementedException();
}
