using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Answer of POST /containers/{id}/wait.</summary>
public sealed record ContainerWaitResponse
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WaitExitError? Error { get; init; }

    /// <summary>Exit code; 128 + signal when a signal ended it.</summary>
    public long StatusCode { get; init; }
}

/// <summary>Why waiting failed.</summary>
public sealed record WaitExitError
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init => field = OmitEmpty.Text(value); }
}
