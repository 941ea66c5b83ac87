using System.Text.Json;
using Sampan.EngineApi.Http;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>The body of <c>POST /containers/create</c>: the container's config, with its two host-side parts between the config's fields.</summary>
internal static class ContainerCreateBody
{
    /// <exception cref="FaultException">InvalidArgument: no body, malformed, or nothing of a config in it.</exception>
    public static ContainerCreateRequest Parse(byte[]? text)
    {
        if (text is null)
            throw new FaultException(FaultKind.InvalidArgument, "invalid JSON: got EOF while reading request body");
        var request = JsonBody.Parse(text, DockerJson.Wire.ContainerCreateRequest);
        return HasConfig(text) ? request
            : throw new FaultException(FaultKind.InvalidArgument, "config cannot be empty in order to create a container");
    }

    /// <summary>The body of <c>POST /commit</c>, which may be absent: null without anything of a config.</summary>
    /// <exception cref="FaultException">InvalidArgument: malformed.</exception>
    public static ContainerConfig? ParseOptional(byte[]? text)
    {
        if (text is not { Length: > 0 })
            return null;
        var config = JsonBody.Parse(text, DockerJson.Wire.ContainerConfig);
        return HasConfig(text) ? config : null;
    }

    /// <summary>"null", "{}" and a body of host-side parts alone have none: no default would make a container of them.</summary>
    private static bool HasConfig(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!name.Equals("HostConfig", StringComparison.OrdinalIgnoreCase) && !name.Equals("NetworkingConfig", StringComparison.OrdinalIgnoreCase))
                return true;
            reader.Skip();
        }
        return false;
    }
}
