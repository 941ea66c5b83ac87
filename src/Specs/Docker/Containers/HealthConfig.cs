using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>How to find out whether a container is healthy. Durations are nanoseconds; 0 inherits the image's.</summary>
public sealed record HealthConfig
{
    /// <summary>[] inherits, ["NONE"] disables, ["CMD", …] executes, ["CMD-SHELL", "…"] runs in the shell.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Test { get; init => field = OmitEmpty.List(value); }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Interval { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Timeout { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartPeriod { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long StartInterval { get; init; }

    /// <summary>Failures in a row that make the container unhealthy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Retries { get; init; }
}
