using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Linux.Seccomp;

internal enum ComparisonOp { NotEqual, LessThan, LessOrEqual, Equal, GreaterOrEqual, GreaterThan, MaskedEqual }

/// <summary>One argument compared with a number, unsigned; <see cref="Mask"/> counts for MaskedEqual only.</summary>
internal readonly record struct SeccompCondition(int Index, ComparisonOp Op, ulong Value, ulong Mask)
{
    /// <summary>Every operator that <see cref="From"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"];

    /// <exception cref="FaultException">InvalidArgument: unknown operator, or no such argument.</exception>
    public static SeccompCondition From(SeccompArgument argument)
    {
        if (argument.Index > 5)
            throw new FaultException(FaultKind.InvalidArgument, $"invalid seccomp rule: a system call has arguments 0 to 5, not {argument.Index}");
        int index = (int)argument.Index;
        return argument.Op switch
        {
            "SCMP_CMP_NE" => new(index, ComparisonOp.NotEqual, argument.Value, 0),
            "SCMP_CMP_LT" => new(index, ComparisonOp.LessThan, argument.Value, 0),
            "SCMP_CMP_LE" => new(index, ComparisonOp.LessOrEqual, argument.Value, 0),
            "SCMP_CMP_EQ" => new(index, ComparisonOp.Equal, argument.Value, 0),
            "SCMP_CMP_GE" => new(index, ComparisonOp.GreaterOrEqual, argument.Value, 0),
            "SCMP_CMP_GT" => new(index, ComparisonOp.GreaterThan, argument.Value, 0),
            "SCMP_CMP_MASKED_EQ" => new(index, ComparisonOp.MaskedEqual, argument.ValueTwo ?? 0, argument.Value),
            _ => throw new FaultException(FaultKind.InvalidArgument, $"string {argument.Op} is not a valid operator for seccomp"),
        };
    }
}
