using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>One line of docker history, newest first.</summary>
/// <param name="Id">The image for the newest line, the ones it was committed from below it; null ("&lt;missing&gt;") for what nobody knows.</param>
/// <param name="Size">Bytes of the layer the step made; 0 when it made none.</param>
public sealed record ImageHistoryLine(Digest? Id, DateTimeOffset? Created, string CreatedBy, IReadOnlyList<ImageReference> Tags, long Size, string Comment);
