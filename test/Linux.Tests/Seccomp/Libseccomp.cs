using System.Runtime.InteropServices;
using Sampan.Specs.Oci.Runtime;
using SeccompProfile = Sampan.Specs.Oci.Runtime.Seccomp;

namespace Sampan.Linux.Tests.Seccomp;

/// <summary>The reference: the machine's libseccomp, fed as runc feeds it.</summary>
internal static unsafe partial class Libseccomp
{
    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Op;
        public ulong A, B;
    }

    private static readonly string[] Ops = ["", "SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ"];

    public static bool IsInstalled => NativeLibrary.TryLoad("libseccomp.so.2", out _);

    /// <summary>Null when the library does not know the name at all.</summary>
    public static int? Resolve(string name)
    {
        int number = seccomp_syscall_resolve_name(name);
        return number == -1 ? null : number;
    }

    public static int ResolveFor(uint architecture, string name) => seccomp_syscall_resolve_name_arch(architecture, name);

    public static byte[] Compile(SeccompProfile profile)
    {
        uint defaultAction = Sampan.Linux.Seccomp.SeccompAction.Parse(profile.DefaultAction, profile.DefaultErrnoRet).Value;
        nint context = seccomp_init(defaultAction);
        foreach (string architecture in profile.Architectures ?? [])
        {
            int result = seccomp_arch_add(context, architecture switch
            {
                "SCMP_ARCH_X86_64" => 0xC000003Eu,
                "SCMP_ARCH_X86" => 0x40000003u,
                "SCMP_ARCH_X32" => 0x4000003Eu,
                _ => throw new NotSupportedException(architecture),
            });
            Assert.True(result is 0 or -17, $"seccomp_arch_add: {result}");
        }
        foreach (SeccompSyscall rule in profile.Syscalls ?? [])
        {
            uint action = Sampan.Linux.Seccomp.SeccompAction.Parse(rule.Action, rule.ErrnoRet).Value;
            if (action == defaultAction) continue;
            Comparison[] comparisons = [.. (rule.Args ?? []).Select(a => new Comparison
            {
                Argument = a.Index, Op = Array.IndexOf(Ops, a.Op), A = a.Value, B = a.ValueTwo ?? 0,
            })];
            foreach (string name in rule.Names)
                if (Resolve(name) is { } number)
                    fixed (Comparison* first = comparisons)
                        _ = seccomp_rule_add_array(context, action, number, (uint)comparisons.Length, first);
        }
        using FileStream file = new(Path.Combine(AppContext.BaseDirectory, $"reference-{Guid.NewGuid():n}"), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose,
        });
        int exported = seccomp_export_bpf(context, (int)file.SafeFileHandle.DangerousGetHandle());
        Assert.Equal(0, exported);
        seccomp_release(context);
        return File.ReadAllBytes(file.Name);
    }

    [LibraryImport("libseccomp.so.2")]
    private static partial nint seccomp_init(uint action);

    [LibraryImport("libseccomp.so.2")]
    private static partial void seccomp_release(nint context);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_arch_add(nint context, uint token);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_rule_add_array(nint context, uint action, int syscall, uint count, Comparison* comparisons);

    [LibraryImport("libseccomp.so.2")]
    private static partial int seccomp_export_bpf(nint context, int fd);

    [LibraryImport("libseccomp.so.2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name(string name);

    [LibraryImport("libseccomp.so.2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int seccomp_syscall_resolve_name_arch(uint token, string name);
}
