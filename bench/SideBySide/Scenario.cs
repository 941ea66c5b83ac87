namespace Sampan.Bench.SideBySide;

/// <summary>One piece of work and the programs that do it. The first contender is ours.</summary>
public sealed record Scenario(string Name, IReadOnlyList<Contender> Contenders)
{
    /// <summary>Our target as a ratio to <see cref="Against"/>; null when there is none.</summary>
    public double? Target { get; init; }

    /// <summary>The contender the target is stated against; null: the best peer.</summary>
    public string? Against { get; init; }

    /// <summary>The most rounds this is worth, for work of seconds.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>Contenders that are no peers but a bound, each with our target as a ratio to it; null without.</summary>
    public IReadOnlyDictionary<string, double?> Floors { get; init; } = new Dictionary<string, double?>();
}

/// <summary>A command line that does the work once and ends. <paramref name="Environment"/> adds to the machine's.</summary>
public sealed record Contender(string Name, IReadOnlyList<string> Command, IReadOnlyDictionary<string, string>? Environment = null)
{
    /// <summary>Run before each measured run, unmeasured.</summary>
    public Action? Before { get; init; }

    /// <summary>What it starts goes on with its standard streams: they are the benchmark's own, since a pipe would be awaited until that ends too.</summary>
    public bool LeavesProcess { get; init; }
}
