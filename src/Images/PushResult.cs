using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A tag that was pushed: what the "aux" line of docker push says.</summary>
/// <param name="Digest">Of the manifest.</param>
/// <param name="Size">Bytes of the manifest.</param>
public sealed record PushResult(string Tag, Digest Digest, long Size);
