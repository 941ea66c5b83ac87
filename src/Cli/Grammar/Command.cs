namespace Sampan.Cli.Grammar;

/// <summary>One command as data: its words, its option table, and the action that runs it.</summary>
internal sealed record Command
{
    /// <summary>The word people type: "ps".</summary>
    public required string Name { get; init; }

    /// <summary>All the ways to type it, without the program's name: "container ls", "ps". Empty when there is one only.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What follows the name in the usage line: "[OPTIONS] IMAGE [COMMAND] [ARG...]".</summary>
    public required string Synopsis { get; init; }

    /// <summary>One line for the list of commands.</summary>
    public required string Summary { get; init; }

    public IReadOnlyList<Option> Options { get; init; } = [];

    /// <summary>False when everything after the first argument belongs to the container's command.</summary>
    public bool Interspersed { get; init; } = true;

    public required ArgumentCount Arguments { get; init; }

    public required Func<Invocation, CancellationToken, Task<int>> Run { get; init; }
}
