using System.Runtime.InteropServices;

namespace Sampan.Linux.Children;

/// <summary>All that a child reads and writes between clone and exec; unmanaged memory, laid out by <see cref="ChildPlan"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ChildPlanHeader
{
    internal const int ScratchSize = 4096;

    public ChildStep* Steps;
    public int StepCount;
    /// <summary>Socket to the parent: reports go out, permissions to go on come in.</summary>
    public int Channel;
    /// <summary>Results of steps are kept here, in the message itself.</summary>
    public ChildReport Report;
    public byte* Scratch;
    /// <summary>What stays open of the inherited descriptors above 2: ascending, ends with -1.</summary>
    public int* Descriptors;
}
