using System.Collections.Concurrent;
using System.Text;

namespace Sampan.Images.Tests.Harness;

/// <summary>Keeps every report.</summary>
public sealed class Progress : IProgress<PullProgress>
{
    private readonly ConcurrentQueue<PullProgress> _reports = new();

    public IReadOnlyCollection<PullProgress> Reports => _reports;

    /// <summary>The steps of one layer or of the whole (null), without repetitions of the counting ones.</summary>
    public IReadOnlyList<string> Steps(string? id) =>
        [.. _reports.Where(report => report.Id == id).Select(report => report.Status).Aggregate(new List<string>(), (steps, step) =>
        {
            if (steps.Count == 0 || steps[^1] != step) steps.Add(step);
            return steps;
        })];

    public void Report(PullProgress value) => _reports.Enqueue(value);

    public override string ToString() => string.Concat(_reports.Select(report => Encoding.UTF8.GetString(report.ToJsonLine())));
}
