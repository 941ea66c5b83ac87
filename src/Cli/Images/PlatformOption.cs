using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Cli.Images;

/// <summary>--platform, as far as it is read here and not by the engine.</summary>
internal static class PlatformOption
{
    /// <returns>Null when there is none.</returns>
    /// <exception cref="CommandFailedException">It is no platform.</exception>
    public static Platform? Read(string text)
    {
        try
        {
            return text.Length == 0 ? null : Platform.Parse(text);
        }
        catch (FaultException wrong)
        {
            throw new CommandFailedException(1, $"invalid platform: {wrong.Message}");
        }
    }
}
