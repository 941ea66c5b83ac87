using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>One line of GET /events.</summary>
public sealed record EventMessage
{
    /// <summary>Older clients read these three instead of Type, Action and Actor.</summary>
    [JsonPropertyName("status"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init => field = OmitEmpty.Text(value); }

    [JsonPropertyName("from"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? From { get; init => field = OmitEmpty.Text(value); }

    /// <summary>"container", "image", "network", "volume", "daemon".</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>"start", "die", "exec_create: sh", …</summary>
    public string Action { get; init => field = value ?? ""; } = "";
    public EventActor Actor { get; init => field = value ?? new(); } = new();

    [JsonPropertyName("scope"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init => field = OmitEmpty.Text(value); } = "local";

    /// <summary>Unix seconds.</summary>
    [JsonPropertyName("time"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Time { get; init; }

    /// <summary>Unix nanoseconds.</summary>
    [JsonPropertyName("timeNano"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long TimeNano { get; init; }
}

/// <summary>The object an event is about.</summary>
public sealed record EventActor
{
    public string ID { get; init => field = value ?? ""; } = "";
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
}
