using System.Text.Json.Serialization;

namespace Sampan.Specs.Docker;

/// <summary>Body of POST /containers/{id}/exec.</summary>
public sealed record ExecCreateRequest
{
    public string User { get; init => field = value ?? ""; } = "";
    public bool Privileged { get; init; }
    public bool Tty { get; init; }

    /// <summary>Height, width.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<uint>? ConsoleSize { get; init; }
    public bool AttachStdin { get; init; }
    public bool AttachStderr { get; init; }
    public bool AttachStdout { get; init; }

    /// <summary>"ctrl-p,ctrl-q".</summary>
    public string DetachKeys { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string>? Env { get; init; }
    public string WorkingDir { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<string>? Cmd { get; init; }
    public bool Detach { get; init; }
}
