using System.Text;
using System.Text.Json;
using Sampan.Faults;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.EngineApi.Routes;

/// <summary>The parameter platform in its JSON form, with dockerd's error texts.</summary>
internal static class Platforms
{
    // {"os":"linux","architecture":"arm64","variant":"v8"}
    internal static Platform? FromJson(string json)
    {
        if (json.Length == 0) return null;
        OciPlatform platform;
        try
        {
            platform = JsonSerializer.Deserialize(json, DockerJson.Wire.OciPlatform) ?? new OciPlatform();
        }
        catch (JsonException error)
        {
            string why = Http.GoJsonSyntax.Explain(Encoding.UTF8.GetBytes(json)) switch
            {
                "EOF" or "unexpected EOF" => "unexpected end of JSON input",
                null => error.Message,
                var other => other,
            };
            throw new FaultException(FaultKind.InvalidArgument, $"failed to parse platform: {why}", error);
        }
        bool hasOptional = platform.Variant is not null || platform.OsVersion is not null || platform.OsFeatures is not null;
        if (platform.Os.Length == 0 && platform.Architecture.Length == 0 && hasOptional)
            throw new FaultException(FaultKind.InvalidArgument, "optional platform fields provided, but OS and Architecture are missing");
        if (platform.Os.Length == 0 || platform.Architecture.Length == 0)
            throw new FaultException(FaultKind.InvalidArgument, "both OS and Architecture must be provided");
        return new Platform
        {
            Os = platform.Os,
            Architecture = platform.Architecture,
            Variant = platform.Variant,
            OsVersion = platform.OsVersion,
            OsFeatures = platform.OsFeatures,
        }.Normalize();
    }
}
