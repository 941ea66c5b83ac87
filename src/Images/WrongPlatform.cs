using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

internal static class WrongPlatform
{
    /// <summary>dockerd's text, and what there is instead.</summary>
    internal static string Message(string name, Platform wanted, IEnumerable<Platform> offered)
    {
        string has = string.Join(", ", offered.Select(platform => platform.Normalize().ToString()).Distinct());
        return $"image with reference {name} was found but does not provide the specified platform ({wanted.Normalize()}){(has.Length == 0 ? "" : $": it has {has}")}";
    }

    /// <summary>Nothing of an index is for <paramref name="wanted"/>: says what it has.</summary>
    internal static FaultException NotIn(IEnumerable<Platform> offered, Platform wanted)
    {
        var platforms = offered.Select(platform => platform.Normalize().ToString()).Distinct().ToList();
        return new FaultException(FaultKind.NotFound,
            $"no matching manifest for {wanted} in the manifest list entries{(platforms.Count == 0 ? "" : $": it has {string.Join(", ", platforms)}")}");
    }
}
