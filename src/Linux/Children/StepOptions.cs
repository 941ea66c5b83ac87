using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Sampan.Linux.Native;

namespace Sampan.Linux.Children;

/// <summary>What may follow a step: a view on the fields of <see cref="ChildStep"/> from its result slot on.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct StepOptions
{
    private int _resultSlot;
    private readonly int _slotArguments;
    private int _tolerated;
    private int _alsoTolerated;
    private int _skipWhenTolerated;

    [UnscopedRef]
    public ref StepOptions Into(Slot slot)
    {
        _resultSlot = slot.Index;
        return ref this;
    }

    /// <summary>These errnos are no failure; then <paramref name="skip"/> following steps are left out.</summary>
    [UnscopedRef]
    public ref StepOptions Tolerating(Errno errno, Errno also = Errno.None, int skip = 0)
    {
        (_tolerated, _alsoTolerated, _skipWhenTolerated) = ((int)errno, (int)also, skip);
        return ref this;
    }
}
