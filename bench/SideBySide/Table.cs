using System.Globalization;

namespace Sampan.Bench.SideBySide;

/// <summary>The printed result. A ratio above its target is marked.</summary>
public sealed class Table
{
    private readonly List<string[]> _rows = [["work", "sampan", "peers", "ratio", "target"]];

    public void Add(Scenario scenario, Dictionary<string, double> medians)
    {
        string ours = scenario.Contenders[0].Name;
        var peers = medians.Where(m => m.Key != ours && !scenario.Floors.ContainsKey(m.Key)).ToList();
        double? against = scenario.Against is { } name && medians.TryGetValue(name, out double value) ? value : peers.Count > 0 ? peers.Min(p => p.Value) : null;
        double? ratio = medians.TryGetValue(ours, out double own) && against is { } a ? own / a : null;
        _rows.Add([scenario.Name, medians.ContainsKey(ours) ? Ms(own) : "failed", string.Join(", ", peers.Select(p => $"{p.Key} {Ms(p.Value)}")),
            ratio is { } r ? Number(r) : "–", Limit(ratio, scenario.Target)]);
        foreach ((string floor, double? target) in scenario.Floors)
        {
            if (!medians.TryGetValue(ours, out double mine) || !medians.TryGetValue(floor, out double bound)) continue;
            _rows.Add([$"  beside {floor}", Ms(mine), Ms(bound), Number(mine / bound), Limit(mine / bound, target)]);
        }
    }

    public void AddPeak(string work, double megabytes, double limit) => _rows.Add([work, Mb(megabytes), "", "–", Limit(megabytes, limit, "MB")]);

    public void AddRunCost(RunCost cost)
    {
        _rows.Add(Beside("system calls of OCI run", cost.SystemCalls, value => Number(value), (ours, _) => Limit(ours, 400, "")));
        _rows.Add(Beside("peak RSS of OCI run", cost.PeakMb, Mb, (_, ratio) => Limit(ratio, 1)));
    }

    private static string[] Beside(string work, IReadOnlyDictionary<string, double> values, Func<double, string> text, Func<double, double?, string> limit)
    {
        double ours = values["sampan"];
        double? ratio = values.TryGetValue("crun", out double crun) ? ours / crun : null;
        return [work, text(ours), string.Join(", ", values.Where(v => v.Key != "sampan").Select(v => $"{v.Key} {text(v.Value)}")), ratio is { } r ? Number(r) : "–", limit(ours, ratio)];
    }

    public void AddFootprint(Footprint f)
    {
        _rows.Add(["daemon ready", Ms(f.OurReadyMs), f.DockerReadyMs is { } d ? $"docker.io {Ms(d)}" : "", f.DockerReadyMs is { } dr ? Number(f.OurReadyMs / dr) : "–", Limit(f.OurReadyMs, 50, "ms")]);
        _rows.Add(["daemon idle PSS", Mb(f.DaemonIdlePss), f.DockerIdlePss is { } p ? $"dockerd + containerd {Mb(p)}" : "", f.DockerIdlePss is { } dp ? Number(f.DaemonIdlePss / dp) : "–", Limit(f.DaemonIdlePss, 25, "MB")]);
        _rows.Add(["shim PSS, one container", Mb(f.ShimPss), "", "–", ""]);
        _rows.Add(["shim PSS, a hundred containers", Mb(f.ShimOf100Pss), "", "–", Limit(f.ShimOf100Pss, 0.8, "MB")]);
        _rows.Add(["out/sampan", Mb(f.SampanMb), "", "–", Limit(f.SampanMb, 30, "MB")]);
        _rows.Add(["out/sampan-runtime", Mb(f.RuntimeMb), "", "–", Limit(f.RuntimeMb, 3, "MB")]);
    }

    public void Print(TextWriter output)
    {
        int[] widths = [.. Enumerable.Range(0, 5).Select(column => _rows.Max(row => row[column].Length))];
        foreach (string[] row in _rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    private static string Limit(double? ratio, double? target) => target is { } t ? $"≤ {Number(t)}{(ratio > t ? "  MISSED" : "")}" : "";
    private static string Limit(double value, double limit, string unit) => $"{$"≤ {Number(limit)} {unit}".TrimEnd()}{(value > limit ? "  MISSED" : "")}";
    private static string Ms(double value) => value.ToString("0.0", CultureInfo.InvariantCulture) + " ms";
    private static string Mb(double value) => value.ToString("0.00", CultureInfo.InvariantCulture) + " MB";
    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
