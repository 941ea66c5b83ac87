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
    var peak = PeakMemory.Watch(images.SampanPid);
    Measure(ImageScenarios.All(images));
    table.AddPeak("peak RSS of the daemon in all of this", peak.Megabytes, 60);
}
else
{
    using var workspace = Workspace.Create(options);
    Measure(Scenarios.All(workspace));
    table.AddFootprint(Footprint.Measure(workspace, options));
}
table.Print(Console.Out);
return 0;

void Measure(IEnumerable<Scenario> scenarios)
{
    foreach (Scenario scenario in scenarios)
    {
        if (options.Names.Count > 0 && !options.Names.Any(name => scenario.Name.Contains(name, StringComparison.OrdinalIgnoreCase))) continue;
        table.Add(scenario, Interleaved.Measure(scenario, options));
    }
}
