using Sampan.Bench.SideBySide;
using Sampan.Bench.SideBySide.Images;

// Run by eng/bench, which gives it a network, mount and pid namespace of its own. Prints one table: medians of interleaved runs, and ours as a
// ratio to the best peer of the same run. "images" first runs that section
// alone. Arguments choose scenarios by a part of their name; --pause MS waits between runs.
var options = BenchOptions.Parse(args);
var table = new Table();
if (options.Images)
{
    using var images = ImageWorkspace.Create();
    Measure(ImageScenarios.All(images), images.SampanPid);
}
else
{
    using var workspace = Workspace.Create(options);
    Measure(Scenarios.All(workspace));
    if (Chosen("cost")) table.AddRunCost(RunCost.Measure(workspace));
    table.AddFootprint(Footprint.Measure(workspace, options));
}
table.Print(Console.Out);
return 0;

bool Chosen(string work) => options.Names.Count == 0 || options.Names.Any(name => work.Contains(name, StringComparison.OrdinalIgnoreCase));

void Measure(IEnumerable<Scenario> scenarios, int? watched = null)
{
    foreach (Scenario scenario in scenarios)
    {
        if (!Chosen(scenario.Name)) continue;
        PeakMemory? peak = watched is { } pid ? PeakMemory.Watch(pid) : null;
        Dictionary<string, double> medians = Interleaved.Measure(scenario, options);
        // The table comes at the end; a run that is broken off has said this much.
        Console.Error.WriteLine($"{scenario.Name}: {string.Join(", ", medians.Select(median => FormattableString.Invariant($"{median.Key} {median.Value:0.0} ms")))}");
        table.Add(scenario, medians);
        if (peak is not null) table.AddPeak("  peak RSS of the daemon", peak.Megabytes, 60);
    }
}
