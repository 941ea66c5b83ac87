using Sampan.Faults;

namespace Sampan.Layers.Tar;

/// <summary>The faults a tar itself can have.</summary>
internal static class TarFault
{
    /// <summary>A tar whose structure cannot be read.</summary>
    internal static FaultException Damaged(string why, Exception? inner = null) => new(FaultKind.InvalidArgument, $"cannot read tar: {why}", inner);

    /// <summary>An entry that is readable but not acceptable.</summary>
    internal static FaultException Refused(ReadOnlySpan<byte> name, string why)
        => new(FaultKind.InvalidArgument, $"cannot unpack '{TarText.Display(name)}': {why}");
}
