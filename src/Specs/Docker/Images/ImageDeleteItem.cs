using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One line of what DELETE /images/{name} did: exactly one of the two is set.</summary>
public sealed record ImageDeleteItem
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Deleted { get; init => field = OmitEmpty.Text(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Untagged { get; init => field = OmitEmpty.Text(value); }
}
