using Sampan.Faults;
using Sampan.Specs.Oci.Runtime;
using SeccompProfile = Sampan.Specs.Oci.Runtime.Seccomp;

namespace Sampan.Linux.Seccomp;

/// <summary>Turns linux.seccomp into a BPF program: per architecture a binary search over ranges of numbers that share an answer,
/// which is 7 comparisons deep for docker's default profile. Semantics are libseccomp's and runc's:
/// names that an architecture lacks are skipped; rules that say what the default says are skipped; several conditions on one argument
/// are alternatives; a call with a number above all that the profile names gets ENOSYS from a strict profile, so that programs fall back (runc's enosys stub).</summary>
public static class SeccompCompiler
{
    private const int MaximumInstructions = 4096;   // BPF_MAXINSNS

    /// <exception cref="FaultException">InvalidArgument: an unknown action, operator, architecture or flag; a program that is too long.</exception>
    public static SeccompProgram Compile(SeccompProfile profile)
    {
        SeccompAction defaultAction = SeccompAction.Parse(profile.DefaultAction, profile.DefaultErrnoRet);
        if (defaultAction.IsNotify) throw new FaultException(FaultKind.InvalidArgument, "invalid seccomp profile: SCMP_ACT_NOTIFY cannot be used as default action");
        List<Rule> rules = ReadRules(profile, defaultAction);
        bool notifies = rules.Exists(rule => rule.Action.IsNotify);
        HashSet<SeccompArchitecture> architectures = [SeccompArchitectures.Native];
        foreach (string name in profile.Architectures ?? [])
            if (SeccompArchitectures.Parse(name) is { } known) architectures.Add(known);

        BpfAssembler program = new();
        program.Load(BpfAssembler.ArchitectureOffset);
        foreach (SeccompArchitecture architecture in (ReadOnlySpan<SeccompArchitecture>)[SeccompArchitecture.X86_64, SeccompArchitecture.Aarch64, SeccompArchitecture.X86])
        {
            bool withX32 = architecture == SeccompArchitecture.X86_64 && architectures.Contains(SeccompArchitecture.X32);
            if (architectures.Contains(architecture) || withX32)
                program.OnlyIfEqual(SeccompArchitectures.AuditNumber(architecture), ForArchitecture(architecture, withX32, rules, defaultAction));
        }
        program.Answer(SeccompAction.Kill);
        if (program.Length > MaximumInstructions)
            throw new FaultException(FaultKind.InvalidArgument, $"seccomp profile needs {program.Length} instructions, the kernel takes {MaximumInstructions}");
        return new SeccompProgram(program.ToBytes(), Flags(profile) | (notifies ? SeccompProgram.NewListenerFlag : 0));
    }

    private static BpfAssembler ForArchitecture(SeccompArchitecture architecture, bool withX32, List<Rule> rules, SeccompAction defaultAction)
    {
        VerdictRanges ranges = new(defaultAction);
        ranges.Add(architecture, rules, firstNumber: 0);
        if (withX32) ranges.Add(SeccompArchitecture.X32, rules, SeccompArchitectures.X32SyscallBit);
        else if (architecture == SeccompArchitecture.X86_64) ranges.AddX32Refusal();
        BpfAssembler block = new();
        block.Load(BpfAssembler.NumberOffset);
        block.Append(ranges.Emit());
        return block;
    }

    /// <summary>One name with its conditions.</summary>
    internal readonly record struct Rule(string Name, SeccompCondition[] Conditions, SeccompAction Action);

    private static List<Rule> ReadRules(SeccompProfile profile, SeccompAction defaultAction)
    {
        List<Rule> rules = new(512);
        foreach (SeccompSyscall entry in profile.Syscalls ?? [])
        {
            SeccompAction action = SeccompAction.Parse(entry.Action, entry.ErrnoRet);
            if (action.IsNotify && new HashSet<string>(entry.Names).Contains("write"))
                throw new FaultException(FaultKind.InvalidArgument, "invalid seccomp rule: SCMP_ACT_NOTIFY cannot be used for the write syscall, by which the runtime hears of the listener");
            SeccompCondition[] conditions = new SeccompCondition[entry.Args?.Count ?? 0];
            for (int i = 0; i < conditions.Length; i++) conditions[i] = SeccompCondition.From(entry.Args![i]);
            if (action == defaultAction) continue;
            HashSet<int> indexes = [];
            bool alternatives = false;
            foreach (SeccompCondition condition in conditions) alternatives |= !indexes.Add(condition.Index);
            foreach (string name in entry.Names)
            {
                if (!alternatives) rules.Add(new Rule(name, conditions, action));
                else foreach (SeccompCondition one in conditions) rules.Add(new Rule(name, [one], action));
            }
        }
        return rules;
    }

    private static uint Flags(SeccompProfile profile)
    {
        if (profile.Flags is null) return 4;   // runc's default when the profile is silent
        uint flags = 0;
        foreach (string flag in profile.Flags)
            flags |= SeccompFlags.Parse(flag);
        return flags;
    }
}
