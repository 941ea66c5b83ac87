using System.Diagnostics;

namespace Sampan.Bench.SideBySide;

/// <summary>Wall-clock medians of commands that take turns, so that the machine's moods hit all of them alike.</summary>
public static class Interleaved
{
    /// <returns>Median milliseconds by contender name; a contender whose command failed is absent and named on standard error.</returns>
    public static Dictionary<string, double> Measure(Scenario scenario, BenchOptions options)
    {
        var times = scenario.Contenders.ToDictionary(c => c.Name, _ => new List<double>());
        var failed = new HashSet<string>();
        int rounds = Math.Min(options.Rounds, scenario.MostRounds), warmUps = Math.Min(options.WarmUps, rounds - 1);
        for (int round = -warmUps; round < rounds; round++)
        {
            foreach (Contender contender in scenario.Contenders)
            {
                if (failed.Contains(contender.Name)) continue;
                contender.Before?.Invoke();
                if (options.PauseMs > 0) Thread.Sleep(options.PauseMs);
                long start = Stopwatch.GetTimestamp();
                (int exitCode, string error) = Run(contender);
                double ms = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (exitCode != 0)
                {
                    Console.Error.WriteLine($"{scenario.Name}: {contender.Name} exited {exitCode}: {error.Trim()}");
                    failed.Add(contender.Name);
                }
                else if (round >= 0)
                {
                    times[contender.Name].Add(ms);
                }
            }
        }
        return times.Where(t => t.Value.Count > 0 && !failed.Contains(t.Key)).ToDictionary(t => t.Key, t => Median(t.Value));
    }

    public static (int ExitCode, string Error) Run(Contender contender)
    {
        bool piped = !contender.LeavesProcess;
        var start = new ProcessStartInfo(contender.Command[0], contender.Command.Skip(1)) { RedirectStandardOutput = piped, RedirectStandardError = piped, RedirectStandardInput = piped };
        foreach ((string name, string value) in contender.Environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        if (!piped)
        {
            process.WaitForExit();
            return (process.ExitCode, "");
        }
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, error.Result);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[values.Count / 2 - 1] + values[values.Count / 2]) / 2;
    }
}
