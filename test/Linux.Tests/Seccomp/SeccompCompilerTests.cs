using Sampan.Faults;
using Sampan.Linux.Seccomp;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Runtime;
using SeccompProfile = Sampan.Specs.Oci.Runtime.Seccomp;

namespace Sampan.Linux.Tests.Seccomp;

public sealed class SeccompCompilerTests
{
    private const uint X86_64 = 0xC000003E, X86 = 0x40000003, Arm = 0x40000028;
    private const uint Allow = 0x7fff0000, Kill = 0, Eperm = 0x00050001, Enosys = 0x00050026;
    private const int X32 = 0x40000000;
    private static readonly string[] AllArchitectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"];

    private static readonly string[] DockerCapabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
        "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    // Values around every comparison of the profiles below.
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 7, 8, 9, 37, 38, 39, 40, 41, 0x1ffff, 0x20000, 0x20008, 0x7E020000, 0x02000000, 0x01200011, 0xfffffffe, 0xffffffff, 0x1_0000_0000, 0x1_0000_0008,
        0x8000_0000_0000_0000, ulong.MaxValue,
    ];

    [Fact]
    public void Docker_s_default_profile_answers_every_call_as_libseccomp_does()
    {
        SeccompProfile profile = DockerDefaultSeccomp.For(DockerCapabilities);
        AssertSame(profile);
    }

    [Fact]
    public void Docker_s_default_profile_with_every_capability_answers_as_libseccomp_does()
        => AssertSame(DockerDefaultSeccomp.For(["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_SYS_MODULE", "CAP_SYS_TIME", "CAP_SYSLOG", "CAP_BPF", "CAP_SYS_NICE", "CAP_SYS_RAWIO"]));

    [Theory]
    [InlineData("SCMP_CMP_NE")]
    [InlineData("SCMP_CMP_LT")]
    [InlineData("SCMP_CMP_LE")]
    [InlineData("SCMP_CMP_EQ")]
    [InlineData("SCMP_CMP_GE")]
    [InlineData("SCMP_CMP_GT")]
    [InlineData("SCMP_CMP_MASKED_EQ")]
    public void Every_comparison_holds_for_64_bit_and_32_bit_arguments_as_in_libseccomp(string op)
    {
        foreach (ulong value in (ulong[])[0, 8, 0xffffffff, 0x1_0000_0008, 0x8000_0000_0000_0000])
        {
            SeccompProfile profile = Profile("SCMP_ACT_ERRNO", new SeccompSyscall
            {
                Names = ["personality"],
                Action = "SCMP_ACT_ALLOW",
                // A mask that keeps the wanted bits: what lies outside the mask has no defined meaning.
                Args = [new SeccompArgument { Index = 2, Op = op, Value = op == "SCMP_CMP_MASKED_EQ" ? value | 0xf0 : value, ValueTwo = value }],
            });
            AssertSame(profile);
        }
    }

    [Fact]
    public void All_conditions_of_a_rule_must_hold()
    {
        SeccompProfile profile = Profile("SCMP_ACT_ERRNO", new SeccompSyscall
        {
            Names = ["openat"],
            Action = "SCMP_ACT_ALLOW",
            Args =
            [
                new SeccompArgument { Index = 0, Op = "SCMP_CMP_GE", Value = 8 },
                new SeccompArgument { Index = 1, Op = "SCMP_CMP_NE", Value = 0x1_0000_0008 },
                new SeccompArgument { Index = 5, Op = "SCMP_CMP_LE", Value = 40 },
            ],
        });
        ReadOnlyMemory<byte> code = SeccompCompiler.Compile(profile).Code;
        foreach (ulong a in Interesting)
            foreach (ulong b in Interesting)
                foreach (ulong f in Interesting)
                    Assert.Equal(a >= 8 && b != 0x1_0000_0008 && f <= 40 ? Allow : Eperm, BpfInterpreter.Run(code.Span, 257, X86_64, a, b, 0, 0, 0, f));
    }

    [Fact]
    public void Several_conditions_on_one_argument_are_alternatives()
    {
        SeccompProfile profile = Profile("SCMP_ACT_ERRNO", new SeccompSyscall
        {
            Names = ["socket"],
            Action = "SCMP_ACT_ALLOW",
            Args = [new SeccompArgument { Index = 0, Op = "SCMP_CMP_EQ", Value = 1 }, new SeccompArgument { Index = 0, Op = "SCMP_CMP_EQ", Value = 2 }],
        });
        ReadOnlyMemory<byte> code = SeccompCompiler.Compile(profile).Code;
        Assert.Equal([Eperm, Allow, Allow, Eperm], ((ulong[])[0, 1, 2, 3]).Select(family => BpfInterpreter.Run(code.Span, 41, X86_64, family)));
    }

    [Fact]
    public void A_rule_without_conditions_wins_wherever_it_stands()
    {
        SeccompSyscall conditional = new() { Names = ["kill"], Action = "SCMP_ACT_KILL_PROCESS", Args = [new SeccompArgument { Index = 1, Op = "SCMP_CMP_EQ", Value = 9 }] };
        SeccompSyscall unconditional = new() { Names = ["kill"], Action = "SCMP_ACT_ALLOW" };
        foreach (SeccompProfile profile in (SeccompProfile[])[Profile("SCMP_ACT_ERRNO", conditional, unconditional), Profile("SCMP_ACT_ERRNO", unconditional, conditional)])
            Assert.Equal(Allow, BpfInterpreter.Run(SeccompCompiler.Compile(profile).Code.Span, 62, X86_64, 1, 9));
    }

    [Fact]
    public void A_call_newer_than_the_profile_gets_ENOSYS_from_a_strict_profile_and_the_default_from_a_permissive_one()
    {
        SeccompSyscall read = new() { Names = ["read", "openat2"], Action = "SCMP_ACT_ALLOW" };
        Assert.Equal(Enosys, BpfInterpreter.Run(SeccompCompiler.Compile(Profile("SCMP_ACT_ERRNO", read)).Code.Span, 438, X86_64));
        Assert.Equal(Eperm, BpfInterpreter.Run(SeccompCompiler.Compile(Profile("SCMP_ACT_ERRNO", read)).Code.Span, 436, X86_64));
        SeccompSyscall forbidden = read with { Action = "SCMP_ACT_ERRNO" };
        Assert.Equal(Allow, BpfInterpreter.Run(SeccompCompiler.Compile(Profile("SCMP_ACT_ALLOW", forbidden)).Code.Span, 438, X86_64));
    }

    [Fact]
    public void Calls_of_an_architecture_that_is_not_listed_are_killed()
    {
        SeccompProfile profile = Profile("SCMP_ACT_ALLOW", new SeccompSyscall { Names = ["reboot"], Action = "SCMP_ACT_ERRNO" }) with { Architectures = ["SCMP_ARCH_X86_64"] };
        ReadOnlySpan<byte> code = SeccompCompiler.Compile(profile).Code.Span;
        Assert.Equal(Kill, BpfInterpreter.Run(code, 3, X86));
        Assert.Equal(Kill, BpfInterpreter.Run(code, 3, Arm));
        Assert.Equal(Kill, BpfInterpreter.Run(code, X32 | 1, X86_64));
        Assert.Equal(Allow, BpfInterpreter.Run(code, 1, X86_64));
    }

    [Fact]
    public void Our_table_has_libseccomp_s_numbers()
    {
        Assert.True(Libseccomp.IsInstalled);
        List<string> wrong = [];
        foreach (string name in SyscallNumbers.Names)
        {
            Check(name, SeccompArchitecture.X86_64, 0xC000003E, 0);
            Check(name, SeccompArchitecture.X86, 0x40000003, 0);
            Check(name, SeccompArchitecture.X32, 0x4000003E, X32);
            Check(name, SeccompArchitecture.Aarch64, 0xC00000B7, 0);
        }
        Assert.Empty(wrong);

        void Check(string name, SeccompArchitecture architecture, uint token, int bit)
        {
            int reference = Libseccomp.ResolveFor(token, name);
            // Negative: the library is older than the call, or the architecture lacks it.
            if (reference >= 0 && SyscallNumbers.Find(name, architecture) != (reference & ~bit)) wrong.Add($"{name} on {architecture}: {SyscallNumbers.Find(name, architecture)}, libseccomp {reference & ~bit}");
        }
    }

    [Theory]
    [InlineData("SCMP_ACT_NOPE", "SCMP_CMP_EQ", "SCMP_ARCH_X86", 0u, "string SCMP_ACT_NOPE is not a valid action for seccomp")]
    [InlineData("SCMP_ACT_ALLOW", "SCMP_CMP_NOPE", "SCMP_ARCH_X86", 0u, "string SCMP_CMP_NOPE is not a valid operator for seccomp")]
    [InlineData("SCMP_ACT_ALLOW", "SCMP_CMP_EQ", "SCMP_ARCH_NOPE", 0u, "string SCMP_ARCH_NOPE is not a valid arch for seccomp")]
    [InlineData("SCMP_ACT_ALLOW", "SCMP_CMP_EQ", "SCMP_ARCH_X86", 6u, "invalid seccomp rule: a system call has arguments 0 to 5, not 6")]
    public void A_wrong_profile_is_refused_and_the_message_names_the_word(string action, string op, string architecture, uint index, string message)
    {
        SeccompProfile profile = Profile("SCMP_ACT_ERRNO", new SeccompSyscall { Names = ["read"], Action = action, Args = [new SeccompArgument { Index = index, Op = op }] })
            with { Architectures = [architecture] };
        FaultException fault = Assert.Throws<FaultException>(() => SeccompCompiler.Compile(profile));
        Assert.Equal((FaultKind.InvalidArgument, message), (fault.Kind, fault.Message));
    }

    [Fact]
    public void Names_that_no_kernel_has_are_skipped()
        => Assert.NotEmpty(SeccompCompiler.Compile(Profile("SCMP_ACT_ERRNO", new SeccompSyscall { Names = ["no_such_call", "read"], Action = "SCMP_ACT_ALLOW" })).Code.ToArray());

    [Fact]
    public void Flags_default_to_spec_allow_and_notify_asks_for_a_listener()
    {
        SeccompSyscall notify = new() { Names = ["mount"], Action = "SCMP_ACT_NOTIFY" };
        Assert.Equal(4u, SeccompCompiler.Compile(Profile("SCMP_ACT_ALLOW")).Flags);
        Assert.Equal(2u | 8u, SeccompCompiler.Compile(Profile("SCMP_ACT_ALLOW", notify) with { Flags = ["SECCOMP_FILTER_FLAG_LOG"] }).Flags);
        Assert.True(SeccompCompiler.Compile(Profile("SCMP_ACT_ALLOW", notify)).NeedsListener);
    }

    [Fact]
    public void Random_profiles_answer_as_libseccomp_does()
    {
        Random random = new(20250614);
        string[] names = [.. SyscallNumbers.Names.Where(name => Libseccomp.Resolve(name) >= 0)];
        string[] ops = ["SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT"];
        for (int round = 0; round < 6; round++)
        {
            // Every name once: what overlapping rules mean, libseccomp does not say.
            random.Shuffle(names);
            List<SeccompSyscall> rules = [];
            for (int i = 0; i < 120; i++)
            {
                int count = random.Next(3);
                rules.Add(new SeccompSyscall
                {
                    Names = [names[i]],
                    Action = random.Next(2) == 0 ? "SCMP_ACT_ALLOW" : "SCMP_ACT_LOG",
                    Args = [.. Enumerable.Range(0, count).Select(index => new SeccompArgument
                    {
                        Index = (uint)index, Op = ops[random.Next(ops.Length)], Value = Interesting[random.Next(Interesting.Length)],
                    })],
                });
            }
            AssertSame(Profile("SCMP_ACT_ERRNO", [.. rules]) with { Architectures = ["SCMP_ARCH_X86_64", "SCMP_ARCH_X32"] });
        }
    }

    private static SeccompProfile Profile(string defaultAction, params SeccompSyscall[] rules)
        => new() { DefaultAction = defaultAction, Architectures = AllArchitectures, Syscalls = rules };

    /// <summary>All numbers of all architectures, with arguments around the comparisons. Above the highest call that libseccomp and we
    /// both know, ENOSYS is ours alone (runc adds it outside of libseccomp).</summary>
    private static void AssertSame(SeccompProfile profile)
    {
        Assert.True(Libseccomp.IsInstalled, "the test compares with libseccomp: install libseccomp2");
        byte[] reference = Libseccomp.Compile(profile);
        ReadOnlySpan<byte> ours = SeccompCompiler.Compile(profile).Code.Span;
        // Calls that this libseccomp is too old for.
        HashSet<int> newer = [];
        foreach (string name in SyscallNumbers.Names)
            foreach ((SeccompArchitecture architecture, uint token) in ((SeccompArchitecture, uint)[])[(SeccompArchitecture.X86_64, X86_64), (SeccompArchitecture.X86, X86), (SeccompArchitecture.X32, 0x4000003E)])
                if (Libseccomp.ResolveFor(token, name) < 0 && SyscallNumbers.Find(name, architecture) is { } number) newer.Add(number);
        HashSet<int> conditional = [.. profile.Syscalls!.Where(rule => rule.Args is { Count: > 0 }).SelectMany(rule => rule.Names)
            .SelectMany(name => Enum.GetValues<SeccompArchitecture>().Select(architecture => SyscallNumbers.Find(name, architecture) ?? -1)), 102, 117];
        List<string> different = [];
        foreach ((uint architecture, int firstNumber) in ((uint, int)[])[(X86_64, 0), (X86_64, X32), (X86, 0), (Arm, 0)])
            for (int number = 0; number < 600; number++)
            {
                if (newer.Contains(number)) continue;
                bool hasConditions = conditional.Contains(number);
                for (int position = 0; position < (hasConditions ? 3 : 1); position++)
                    foreach (ulong value in hasConditions ? Interesting : [1])
                    {
                        if (architecture != X86_64 && value > uint.MaxValue) continue;
                        ulong[] arguments = new ulong[6];
                        arguments[position] = value;
                        uint expected = BpfInterpreter.Run(reference, firstNumber | number, architecture, arguments);
                        uint actual = BpfInterpreter.Run(ours, firstNumber | number, architecture, arguments);
                        if (actual == Enosys && expected == Eperm && IsAboveAll(profile, number, architecture, firstNumber)) continue;
                        if (expected != actual) different.Add($"{architecture:x} {firstNumber | number:x} argument {position}={value:x}: {actual:x}, libseccomp {expected:x}");
                    }
            }
        Assert.Empty(different.Take(10));
    }

    private static bool IsAboveAll(SeccompProfile profile, int number, uint architecture, int bit)
    {
        SeccompArchitecture which = architecture == X86 ? SeccompArchitecture.X86 : bit == 0 ? SeccompArchitecture.X86_64 : SeccompArchitecture.X32;
        return number > profile.Syscalls!.SelectMany(rule => rule.Names).Max(name => SyscallNumbers.Find(name, which) ?? -1);
    }
}
