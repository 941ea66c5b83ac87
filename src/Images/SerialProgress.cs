namespace Sampan.Images;

/// <summary>Hands progress on, one report at a time, whatever thread it comes from.</summary>
internal sealed class SerialProgress(IProgress<PullProgress> receiver) : IProgress<PullProgress>
{
    private readonly Lock _gate = new();   // guards nothing but the receiver's turn

    public void Report(PullProgress value)
    {
        lock (_gate) receiver.Report(value);
    }
}
