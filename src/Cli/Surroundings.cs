using Sampan.Cli.Engines;
using Sampan.Linux.Terminals;

namespace Sampan.Cli;

/// <summary>What a command runs in: its name, environment, streams and terminals. Tests make their own.</summary>
internal sealed class Surroundings
{
    private const int UsualColumns = 80;

    /// <summary>The name we were called by: "sampan", or "docker".</summary>
    public required string Program { get; init; }

    /// <summary>An environment variable, or null.</summary>
    public required Func<string, string?> Variable { get; init; }

    public required Stream Input { get; init; }

    public required CommandOutput Output { get; init; }

    /// <summary>Set when standard input is a terminal.</summary>
    public Terminal? InputTerminal { get; init; }

    /// <summary>Set when standard output is a terminal.</summary>
    public Terminal? OutputTerminal { get; init; }

    /// <summary>Set when standard error is a terminal.</summary>
    public Terminal? ErrorTerminal { get; init; }

    /// <summary>Columns of the terminal that standard error is; null when it is none.</summary>
    public int? ErrorColumns => ErrorTerminal?.Size.Columns is { } columns ? (columns > 0 ? columns : UsualColumns) : null;

    /// <summary>Where docker keeps its configuration: --config, DOCKER_CONFIG, or ~/.docker.</summary>
    public string ConfigFolder { get; set; } = "";

    /// <summary>Set once the global options are read.</summary>
    public EngineAccess Engine { get; set; } = null!;

    /// <summary>Width to wrap help at.</summary>
    public int Columns => OutputTerminal?.Size.Columns is { } columns and > 0 ? columns : UsualColumns;

    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The process's own.</summary>
    public static Surroundings OfProcess(string program) => new()
    {
        Program = program,
        Variable = Environment.GetEnvironmentVariable,
        Input = StandardStream.Open(0, FileAccess.Read),
        Output = new CommandOutput(StandardStream.Open(1, FileAccess.Write), StandardStream.Open(2, FileAccess.Write)),
        InputTerminal = Terminal.Of(0),
        OutputTerminal = Terminal.Of(1),
        ErrorTerminal = Terminal.Of(2),
    };
}
