namespace Sampan.Linux.Seccomp;

/// <summary>What a profile says of one system call on one architecture. A rule without conditions wins over those with, the first of several
/// stays, and rules with conditions are tried in the profile's order: libseccomp's behaviour where it has a defined one.</summary>
/// <param name="is32Bit">The architecture has 32-bit arguments: only the lower halves count.</param>
internal sealed class SyscallVerdict(bool is32Bit)
{
    public SeccompAction? Always { get; private set; }

    public List<(SeccompCondition[] Conditions, SeccompAction Action)> Rules { get; } = [];

    public void Add(SeccompCondition[] conditions, SeccompAction action)
    {
        if (Always is not null) return;
        if (conditions.Length > 0)
        {
            Rules.Add((conditions, action));
            return;
        }
        Always = action;
        Rules.Clear();
    }

    /// <summary>Code that answers in any case.</summary>
    public void Emit(BpfAssembler code, SeccompAction otherwise)
    {
        foreach ((SeccompCondition[] conditions, SeccompAction action) in Rules)
        {
            BpfAssembler rule = new();
            rule.Answer(action);
            // From the last condition to the first: each knows how far it must jump to leave the rule.
            for (int i = conditions.Length - 1; i >= 0; i--)
            {
                BpfAssembler condition = Test(conditions[i], rule.Length);
                condition.Append(rule);
                rule = condition;
            }
            code.Append(rule);
        }
        code.Answer(Always ?? otherwise);
    }

    /// <summary>Falls through when the condition holds, and jumps <paramref name="exit"/> instructions further when not.</summary>
    private BpfAssembler Test(SeccompCondition condition, int exit)
    {
        BpfAssembler code = new();
        int low = BpfAssembler.ArgumentsOffset + (8 * condition.Index), high = low + 4;   // little-endian
        uint valueLow = (uint)condition.Value, valueHigh = (uint)(condition.Value >> 32);
        if (condition.Op == ComparisonOp.MaskedEqual)
        {
            if (!is32Bit && condition.Mask >> 32 != 0)
            {
                code.Load(high);
                code.Mask((uint)(condition.Mask >> 32));
                code.IfEqual(valueHigh, 0, exit + 3);
            }
            code.Load(low);
            code.Mask((uint)condition.Mask);
            code.IfEqual(valueLow, 0, exit);
            return code;
        }
        // What follows the test of the upper half: the load and the test of the lower half.
        const int LowerHalf = 2;
        if (!is32Bit)
        {
            code.Load(high);
            switch (condition.Op)
            {
                case ComparisonOp.Equal:
                    code.IfEqual(valueHigh, 0, LowerHalf + exit);
                    break;
                case ComparisonOp.NotEqual:
                    code.IfEqual(valueHigh, 0, LowerHalf);
                    break;
                case ComparisonOp.GreaterThan or ComparisonOp.GreaterOrEqual:
                    code.IfGreater(valueHigh, 1 + LowerHalf, 0);
                    code.IfEqual(valueHigh, 0, LowerHalf + exit);
                    break;
                default:
                    code.IfGreater(valueHigh, 1 + LowerHalf + exit, 0);
                    code.IfEqual(valueHigh, 0, LowerHalf);
                    break;
            }
        }
        code.Load(low);
        switch (condition.Op)
        {
            case ComparisonOp.Equal: code.IfEqual(valueLow, 0, exit); break;
            case ComparisonOp.NotEqual: code.IfEqual(valueLow, exit, 0); break;
            case ComparisonOp.GreaterThan: code.IfGreater(valueLow, 0, exit); break;
            case ComparisonOp.GreaterOrEqual: code.IfGreaterOrEqual(valueLow, 0, exit); break;
            case ComparisonOp.LessThan: code.IfGreaterOrEqual(valueLow, exit, 0); break;
            default: code.IfGreater(valueLow, exit, 0); break;
        }
        return code;
    }
}
