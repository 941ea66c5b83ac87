using System.Globalization;

namespace Sampan.Bench.SideBySide;

/// <summary>What one `run` with docker's default config asks of the kernel: system calls of it and all it starts, the container's own among them (strace -f -c),
/// and the most memory any of its processes held (ru_maxrss, MB).</summary>
public sealed record RunCost(IReadOnlyDictionary<string, double> SystemCalls, IReadOnlyDictionary<string, double> PeakMb)
{
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
            w.Sh($"time -f %M -o {report} {command} < /dev/null > /dev/null");
            memory[runtime.Name] = double.Parse(File.ReadAllText(report), CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
        return new RunCost(calls, memory);
    }
}
