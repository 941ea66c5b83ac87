using System.Globalization;

namespace Sampan.Bench.SideBySide;

/// <summary>What one `run` with docker's default config asks of the kernel: system calls of it and all it starts, the container's own among them (strace -f -c),
/// and the most memory any of its processes held (ru_maxrss, MB, the median of several runs).</summary>
public sealed record RunCost(IReadOnlyDictionary<string, double> SystemCalls, IReadOnlyDictionary<string, double> PeakMb)
{
    private const int Runs = 7;   // which pages a fault brings along differs from run to run

    public static RunCost Measure(Workspace w)
    {
        var calls = new Dictionary<string, double>();
        var memory = new Dictionary<string, double>();
        foreach (Contender runtime in RuntimeScenarios.Run(w, "default"))
        {
            string command = string.Join(' ', runtime.Command), report = $"{w.Folder}/cost";
            // The second line from below is a rule, the last the sum: per cent, seconds, microseconds a call, calls, errors, "total".
            w.Sh($"strace -f -c -o {report} {command} < /dev/null > /dev/null");
            calls[runtime.Name] = double.Parse(File.ReadLines(report).Last().Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
            var peaks = new List<double>();
            for (int run = 0; run < Runs; run++)
            {
                w.Sh($"time -f %M -o {report} {command} < /dev/null > /dev/null");
                peaks.Add(double.Parse(File.ReadAllText(report), CultureInfo.InvariantCulture) * 1024 / 1e6);
            }
            memory[runtime.Name] = peaks.Order().ElementAt(Runs / 2);
        }
        return new RunCost(calls, memory);
    }
}
