using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

internal static class WrongPlatform
{
    internal static string Message(string name, Platform wanted) =>
        $"image with reference {name} was found but does not provide the specified platform ({wanted.Normalize()})";

    /// <summary>Nothing of an index is for <paramref name="wanted"/>: says what it has.</summary>
    internal static FaultException NotIn(IEnumerable<Descriptor?> offered, Platform wanted)
    {
        var platforms = offered.Select(descriptor => descriptor?.Platform).OfType<Platform>().Where(platform => platform.Os != "unknown")
            .Select(platform => platform.Normalize().ToString()).Distinct().ToList();
        return new FaultException(FaultKind.NotFound,
            $"no matching manifest for {wanted} in the manifest list entries{(platforms.Count == 0 ? "" : $": it has {string.Join(", ", platforms)}")}");
    }
}
