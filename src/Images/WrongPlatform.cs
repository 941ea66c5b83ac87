using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

internal static class WrongPlatform
{
    internal static string Message(string name, Platform wanted) =>
        $"image with reference {name} was found but does not provide the specified platform ({wanted.Normalize()})";
}
