using System.Diagnostics;
using Sampan.Bench.StartStress;
using Sampan.Linux;

// usage: StartStress FOLDER COUNT PARALLEL starts|execs|kills: so many at a time, in one process whose other threads keep the garbage
// collector busy, which is what a child between clone and exec could trip over (docs/adr/0001):
//   starts   trivial containers            execs   trivial processes in a running container
//   kills    the runtime as a program, SIGKILLed at any point of its life; what it leaves is removed by `delete --force`
(string folder, int count, int parallel, StressKind kind) = (args[0], int.Parse(args[1]), int.Parse(args[2]), Enum.Parse<StressKind>(args[3], ignoreCase: true));
Subreaper.Become();
Remains before = Remains.Count();
Stopwatch watch = Stopwatch.StartNew();
StressRun run = new(folder, count, kind);
bool finished = run.Run(parallel);
TimeSpan elapsed = watch.Elapsed;
while (ChildProcess.TryReapAny() is not null)
{
}
GC.Collect();
GC.WaitForPendingFinalizers();
Remains after = Remains.Count();

Console.WriteLine($"{run.Done} {args[3]}, {parallel} at a time, {elapsed.TotalSeconds:F1} s, {elapsed.TotalMilliseconds / Math.Max(1, run.Done):F2} ms each; "
    + $"slowest {run.SlowestMs} ms; {GC.CollectionCount(0)} collections meanwhile; {run.Failures} failures{(run.FirstFailure is { } first ? $", first: {first}" : "")}");
Console.WriteLine($"before: {before}");
Console.WriteLine($"after:  {after}");
bool passed = finished && run.Failures == 0 && run.Done == count && after.IsNoMoreThan(before);
Console.WriteLine(passed ? "passed" : finished ? "FAILED" : "FAILED: a start hangs");
return passed ? 0 : 1;
