using System.Text.Json.Serialization;

namespace Sampan.Volumes;

/// <summary><c>volumes/NAME/volume.json</c>.</summary>
internal sealed record VolumeDocument
{
    public required DateTimeOffset CreatedAt { get; init; }
    public Dictionary<string, string> Labels { get; init => field = value ?? []; } = [];   // generated readers hand null to what is absent
    public Dictionary<string, string> Options { get; init => field = value ?? []; } = [];
    public bool Anonymous { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(VolumeDocument))]
internal sealed partial class VolumeJson : JsonSerializerContext;
