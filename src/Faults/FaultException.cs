namespace Sampan.Faults;

/// <summary>An operation could not be done. The message says what failed, on what, why, and what to do:
/// lowercase, no period, values quoted, errno by name.</summary>
public class FaultException(FaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FaultKind Kind { get; } = kind;
}
