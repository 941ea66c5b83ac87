namespace Sampan.Runtime.CommandLine;

/// <summary>Every command by its name.</summary>
internal static class Commands
{
    internal static readonly string[] Names =
    [
        "checkpoint", "create", "delete", "events", "exec", "kill", "list", "pause", "ps", "restore", "resume", "run", "spec", "start", "state", "update", "features",
    ];

    /// <returns>Null when there is none of that name.</returns>
    internal static Command? Find(string name) => name switch
    {
        "checkpoint" => CheckpointCommand.Command,
        "create" => CreateCommand.Command,
        "delete" => DeleteCommand.Command,
        "events" => EventsCommand.Command,
        "exec" => ExecCommand.Command,
        "features" => FeaturesCommand.Command,
        "kill" => KillCommand.Command,
        "list" => ListCommand.Command,
        "pause" => PauseCommand.Pause,
        "ps" => PsCommand.Command,
        "restore" => RestoreCommand.Command,
        "resume" => PauseCommand.Resume,
        "run" => RunCommand.Command,
        "spec" => SpecCommand.Command,
        "start" => StartCommand.Command,
        "state" => StateCommand.Command,
        "update" => UpdateCommand.Command,
        _ => null,
    };
}
