namespace Sampan.Linux.Seccomp;

/// <summary>The whole range of numbers of one architecture, cut where the answer changes.</summary>
internal sealed class VerdictRanges(SeccompAction defaultAction)
{
    private const int NumbersPerTable = 1024;   // above the highest number of any architecture that we know
    private readonly List<(uint Start, SyscallVerdict? Verdict, SeccompAction Simple)> _ranges = [];

    /// <summary>Adds the numbers from <paramref name="firstNumber"/> on; later additions must lie higher.</summary>
    public void Add(SeccompArchitecture architecture, List<SeccompCompiler.Rule> rules, uint firstNumber)
    {
        SyscallVerdict?[] table = new SyscallVerdict?[NumbersPerTable];
        bool is32Bit = SeccompArchitectures.Is32Bit(architecture);
        int highest = -1;
        foreach (SeccompCompiler.Rule rule in rules)
        {
            if (SyscallNumbers.Find(rule.Name, architecture) is { } number)
            {
                (table[number] ??= new SyscallVerdict(is32Bit)).Add(rule.Conditions, rule.Action);
                highest = Math.Max(highest, number);
            }
            if (architecture == SeccompArchitecture.X86 && rule.Conditions.Length == 0 && MultiplexedCall.Find(rule.Name) is { } call)
                (table[call.Number] ??= new SyscallVerdict(is32Bit)).Add([new SeccompCondition(0, ComparisonOp.Equal, call.Selector, 0)], rule.Action);
        }
        Start(firstNumber, null, defaultAction);
        for (int number = 0; number <= highest; number++)
        {
            SyscallVerdict? verdict = table[number];
            bool isSimple = verdict is null || verdict.Rules.Count == 0;
            Start(firstNumber + (uint)number, isSimple ? null : verdict, verdict?.Always ?? defaultAction);
        }
        Start(firstNumber + (uint)(highest + 1), null, Unknown);
    }

    /// <summary>A profile without x32 kills its calls, which are x86-64 calls with a bit set; -1 is what a tracer writes to skip a call.</summary>
    public void AddX32Refusal()
    {
        Start(SeccompArchitectures.X32SyscallBit, null, SeccompAction.Kill);
        Start(uint.MaxValue, null, Unknown);
    }

    public BpfAssembler Emit() => Emit(0, _ranges.Count - 1);

    private SeccompAction Unknown => defaultAction.IsPermissive ? defaultAction : SeccompAction.NoSuchCall;

    private void Start(uint number, SyscallVerdict? verdict, SeccompAction simple)
    {
        if (_ranges.Count > 0 && _ranges[^1].Verdict is null && verdict is null && _ranges[^1].Simple == simple) return;
        if (_ranges.Count > 0 && _ranges[^1].Start == number) _ranges[^1] = (number, verdict, simple);
        else _ranges.Add((number, verdict, simple));
    }

    private BpfAssembler Emit(int first, int last)
    {
        BpfAssembler code = new();
        if (first == last)
        {
            if (_ranges[first].Verdict is { } verdict) verdict.Emit(code, defaultAction);
            else code.Answer(_ranges[first].Simple);
            return code;
        }
        int middle = (first + last + 1) / 2;
        code.Branch(_ranges[middle].Start, Emit(first, middle - 1), Emit(middle, last));
        return code;
    }
}
