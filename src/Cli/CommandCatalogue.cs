using Sampan.Cli.Containers;
using Sampan.Cli.Grammar;
using Sampan.Cli.Images;
using Sampan.Cli.Inspection;
using Sampan.Cli.Networks;
using Sampan.Cli.Volumes;

namespace Sampan.Cli;

/// <summary>Every command by the words that name it. A command's table is made only when it is the one asked for.</summary>
internal static class CommandCatalogue
{
    /// <summary>First words of long forms, and what each group does.</summary>
    public static IReadOnlyList<(string Name, string Summary)> Groups { get; } =
        [("container", "Manage containers"), ("image", "Manage images"), ("network", "Manage networks"), ("system", "Manage the engine"), ("volume", "Manage volumes")];

    /// <param name="Group">One of <see cref="Groups"/>: the long form's first word.</param>
    /// <param name="Name">The long form's second word.</param>
    /// <param name="Short">The word alone; null when there is the long form only.</param>
    internal sealed record Entry(string Group, string Name, string? Short, Func<Command> Define);

    private static readonly Entry[] Entries =
    [
        new("container", "attach", "attach", AttachCommand.Define),
        new("container", "commit", "commit", CommitCommand.Define),
        new("container", "cp", "cp", CpCommand.Define),
        new("container", "create", "create", CreateCommand.Define),
        new("container", "diff", "diff", DiffCommand.Define),
        new("container", "exec", "exec", ExecCommand.Define),
        new("container", "export", "export", ExportCommand.Define),
        new("container", "inspect", null, InspectCommand.DefineContainer),
        new("container", "kill", "kill", KillCommand.Define),
        new("container", "logs", "logs", LogsCommand.Define),
        new("container", "ls", "ps", PsCommand.Define),
        new("container", "pause", "pause", PauseCommand.Define),
        new("container", "port", "port", PortCommand.Define),
        new("container", "prune", null, ContainerPruneCommand.Define),
        new("container", "rename", "rename", RenameCommand.Define),
        new("container", "restart", "restart", RestartCommand.Define),
        new("container", "rm", "rm", RmCommand.Define),
        new("container", "run", "run", RunCommand.Define),
        new("container", "start", "start", StartCommand.Define),
        new("container", "stats", "stats", StatsCommand.Define),
        new("container", "stop", "stop", StopCommand.Define),
        new("container", "top", "top", TopCommand.Define),
        new("container", "unpause", "unpause", UnpauseCommand.Define),
        new("container", "update", "update", UpdateCommand.Define),
        new("container", "wait", "wait", WaitCommand.Define),
        new("image", "fsck", null, FsckCommand.Define),
        new("image", "history", "history", HistoryCommand.Define),
        new("image", "import", "import", ImportCommand.Define),
        new("image", "inspect", null, InspectCommand.DefineImage),
        new("image", "load", "load", LoadCommand.Define),
        new("image", "ls", "images", ImagesCommand.Define),
        new("image", "prune", null, ImagePruneCommand.Define),
        new("image", "pull", "pull", PullCommand.Define),
        new("image", "push", "push", PushCommand.Define),
        new("image", "referrers", null, ReferrersCommand.Define),
        new("image", "rm", "rmi", RmiCommand.Define),
        new("image", "save", "save", SaveCommand.Define),
        new("image", "tag", "tag", TagCommand.Define),
        new("network", "connect", null, NetworkConnectCommand.Define),
        new("network", "create", null, NetworkCreateCommand.Define),
        new("network", "disconnect", null, NetworkDisconnectCommand.Define),
        new("network", "inspect", null, InspectCommand.DefineNetwork),
        new("network", "ls", null, NetworkListCommand.Define),
        new("network", "prune", null, NetworkPruneCommand.Define),
        new("network", "rm", null, NetworkRemoveCommand.Define),
        new("system", "df", null, DiskUsageCommand.Define),
        new("system", "events", "events", EventsCommand.Define),
        new("system", "info", "info", InfoCommand.Define),
        new("system", "prune", null, SystemPruneCommand.Define),
        new("volume", "create", null, VolumeCreateCommand.Define),
        new("volume", "inspect", null, InspectCommand.DefineVolume),
        new("volume", "ls", null, VolumeListCommand.Define),
        new("volume", "prune", null, VolumePruneCommand.Define),
        new("volume", "rm", null, VolumeRemoveCommand.Define),
        new("", "", "inspect", InspectCommand.Define),
        new("", "", "login", LoginCommand.Define),
        new("", "", "logout", LogoutCommand.Define),
        new("", "", "search", SearchCommand.Define),
        new("", "", "version", VersionCommand.Define),
    ];

    /// <summary>Second words that mean another one: `container ps`, `image list`.</summary>
    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.Ordinal)
    {
        ["ps"] = "ls", ["list"] = "ls", ["remove"] = "rm",
    };

    /// <summary>Docker's words that have no command here yet; told apart from words that are nobody's.</summary>
    private static readonly string[] Others =
    [
        "build", "builder", "buildx", "bake", "checkpoint", "compose", "config", "context", "image build", "manifest", "node", "plugin", "secret", "service", "stack", "swarm",
        "trust",
    ];

    public static IReadOnlyList<Entry> All => Entries;

    /// <param name="used">How many words named it.</param>
    public static Command? Find(IReadOnlyList<string> words, out int used)
    {
        used = 1;
        foreach (var entry in Entries)
            if (entry.Short == words[0]) return entry.Define();
        if (words.Count < 2) return null;
        used = 2;
        string name = Synonyms.GetValueOrDefault(words[1], words[1]);
        foreach (var entry in Entries)
            if (entry.Group == words[0] && entry.Name == name) return entry.Define() with { Name = $"{words[0]} {words[1]}" };
        return null;
    }

    /// <returns>The word when it is a group's.</returns>
    public static string? Group(string word) => Groups.Any(group => group.Name == word) ? word : null;

    /// <summary>True for a command of docker's that we do not have yet.</summary>
    public static bool IsDockers(string words) => Array.IndexOf(Others, words) >= 0 || Array.IndexOf(Others, words.Split(' ')[0]) >= 0;
}
