using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>The parameters repo and tag of tag, import, commit and push.</summary>
internal static class RepositoryTag
{
    /// <exception cref="FaultException">InvalidArgument with Docker's text.</exception>
    internal static ImageReference Parse(string repository, string tag)
    {
        var reference = ImageReference.Parse(repository);
        if (reference.Digest is not null) throw new FaultException(FaultKind.InvalidArgument, "cannot import digest reference");
        return tag.Length > 0 ? reference.WithTag(tag) : reference.WithDefaultTag();
    }
}
