namespace Sampan.Shim.Loop;

/// <summary>A call that is due later, unless it is cancelled.</summary>
internal sealed class Deadline(Action action)
{
    public bool IsCancelled { get; private set; }

    public void Cancel() => IsCancelled = true;

    internal void Fire()
    {
        if (!IsCancelled) action();
    }
}
