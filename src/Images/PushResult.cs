using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>A tag that was pushed: what the "aux" line of docker push says.</summary>
/// <param name="Digest">Of the manifest or index.</param>
/// <param name="Size">Bytes of it.</param>
/// <param name="Instead">Set when one manifest was pushed although the name means an index.</param>
public sealed record PushResult(string Tag, Digest Digest, long Size, PushedInstead? Instead = null);

/// <summary>Not all of an index is here, so one manifest of it was pushed.</summary>
public sealed record PushedInstead(Descriptor Index, Descriptor Manifest);
