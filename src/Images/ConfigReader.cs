using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images;

/// <summary>Reads an image config that somebody else wrote.</summary>
internal static class ConfigReader
{
    /// <exception cref="FaultException">Unavailable: malformed.</exception>
    internal static ImageConfig Read(byte[] content, Digest digest)
    {
        try
        {
            return JsonSerializer.Deserialize(content, OciImageJson.Default.ImageConfig) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new FaultException(FaultKind.Unavailable, $"malformed image config {digest}: {e.Message}", e);
        }
    }
}
