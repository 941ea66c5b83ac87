namespace Sampan.Images;

/// <summary>Reports a step's bytes as dockerd does: at most every 512 kB, or every percent where that is less.</summary>
public sealed class ByteProgress(IProgress<PullProgress> progress, string status, string? id, long total)
{
    private const long LargestStep = 512 * 1024;
    private readonly long _step = Math.Min(LargestStep, total / 100);
    private long _reported;

    public void Report(long current)
    {
        if (current - _reported <= _step && current != total || current == _reported) return;
        _reported = current;
        progress.Report(new PullProgress(status, id, new ProgressDetail(current, total)));
    }
}
