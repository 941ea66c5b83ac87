namespace Sampan.Bench.SideBySide;

public sealed record BenchOptions
{
    /// <summary>Parts of scenario names; empty means all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The section of images, alone: its rounds take half a minute each.</summary>
    public bool Images { get; init; }

    /// <summary>Interleaved rounds per scenario, after those that warm up.</summary>
    public int Rounds { get; init; } = 25;

    public int WarmUps { get; init; } = 2;

    /// <summary>Milliseconds between runs: tight loops hide what an idle machine pays.</summary>
    public int PauseMs { get; init; }

    public static BenchOptions Parse(string[] args)
    {
        var names = new List<string>();
        var options = args is ["images", ..] ? new BenchOptions { Images = true, Rounds = 5, WarmUps = 1 } : new BenchOptions();
        for (int i = options.Images ? 1 : 0; i < args.Length; i++)
        {
            if (args[i] == "--rounds") options = options with { Rounds = int.Parse(args[++i]) };
            else if (args[i] == "--pause") options = options with { PauseMs = int.Parse(args[++i]) };
            else names.Add(args[i]);
        }
        return options with { Names = names };
    }
}
