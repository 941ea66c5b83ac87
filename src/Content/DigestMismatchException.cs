using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Content;

/// <summary>Content is not what its digest says; nothing of it is kept.</summary>
public sealed class DigestMismatchException(Descriptor descriptor)
    : FaultException(FaultKind.Unavailable, $"filesystem layer verification failed for digest {descriptor.Digest}: the content that came has another digest")
{
    public Digest Digest { get; } = descriptor.Digest;
}
