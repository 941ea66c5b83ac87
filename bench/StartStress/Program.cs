using System.Diagnostics;
using Sampan.Bench.StartStress;

// usage: StartStress FOLDER COUNT PARALLEL: starts that many trivial containers, so many at a time, in one process whose other threads
// keep the garbage collector busy, which is what a child between clone and exec could trip over. docs/adr/0001
(string folder, int count, int parallel) = (args[0], int.Parse(args[1]), int.Parse(args[2]));
Remains before = Remains.Count();
Stopwatch watch = Stopwatch.StartNew();
StressRun run = new(folder, count);
bool finished = run.Run(parallel);
TimeSpan elapsed = watch.Elapsed;
GC.Collect();
GC.WaitForPendingFinalizers();
Remains after = Remains.Count();

Console.WriteLine($"{run.Done} starts, {parallel} at a time, {elapsed.TotalSeconds:F1} s, {elapsed.TotalMilliseconds / Math.Max(1, run.Done):F2} ms each; "
    + $"slowest {run.SlowestMs} ms; {GC.CollectionCount(0)} collections meanwhile; {run.Failures} failures{(run.FirstFailure is { } first ? $", first: {first}" : "")}");
Console.WriteLine($"before: {before}");
Console.WriteLine($"after:  {after}");
bool passed = finished && run.Failures == 0 && run.Done == count && after.IsNoMoreThan(before);
Console.WriteLine(passed ? "passed" : finished ? "FAILED" : "FAILED: a start hangs");
return passed ? 0 : 1;
