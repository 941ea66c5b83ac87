using Sampan.Bench.SideBySide;

// Run by eng/bench, which gives it a network, mount and pid namespace of its own. Prints one table: medians of interleaved runs, and ours as a
// ratio to the best peer of the same run. Arguments choose scenarios by a part of their name; --pause MS waits between runs.
var options = BenchOptions.Parse(args);
using var workspace = Workspace.Create(options);
var table = new Table();
foreach (Scenario scenario in Scenarios.All(workspace))
{
    if (options.Names.Count > 0 && !options.Names.Any(name => scenario.Name.Contains(name, StringComparison.OrdinalIgnoreCase))) continue;
    table.Add(scenario, Interleaved.Measure(scenario, options));
}
table.AddFootprint(Footprint.Measure(workspace, options));
table.Print(Console.Out);
return 0;
