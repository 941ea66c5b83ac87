using Sampan.Engine.Spec;
using Sampan.Faults;

namespace Sampan.Engine.Tests;

public sealed class CustomSeccompTests
{
    private const string Profile = """
        {
          "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
          "archMap": [
            { "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] },
            { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"] }
          ],
          "syscalls": [
            { "names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {} },
            { "name": "ptrace", "action": "SCMP_ACT_ALLOW", "includes": { "minKernel": "4.8" } },
            { "names": ["reboot"], "action": "SCMP_ACT_ALLOW", "includes": { "caps": ["CAP_SYS_BOOT"] } },
            { "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "excludes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["modify_ldt"], "action": "SCMP_ACT_ALLOW", "includes": { "arches": ["amd64", "x32", "x86"] } },
            { "names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{ "index": 1, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }], "excludes": { "arches": ["amd64"] } }
          ]
        }
        """;

    private static string Names(string architecture, string kernel, params string[] capabilities) =>
        string.Join(' ', CustomSeccomp.Parse(Profile).For(capabilities, architecture, kernel)!.Syscalls!.SelectMany(rule => rule.Names));

    [Fact]
    public void Rules_hold_only_where_their_conditions_do()
    {
        Assert.Equal("read write ptrace clone3 modify_ldt", Names("amd64", "6.1.0-13-amd64"));
        Assert.Equal("read write clone3 modify_ldt", Names("amd64", "4.7.9"));
        Assert.Equal("read write ptrace reboot modify_ldt", Names("amd64", "4.8.0", "CAP_SYS_BOOT", "CAP_SYS_ADMIN"));
        Assert.Equal("read write ptrace clone3 clone", Names("arm64", "10.0"));
    }

    [Fact]
    public void Architectures_are_this_machines_and_those_it_runs_too()
    {
        var profile = CustomSeccomp.Parse(Profile);
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], profile.For([], "amd64", "6.1")!.Architectures!);
        Assert.Equal(["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"], profile.For([], "arm64", "6.1")!.Architectures!);
    }

    [Fact]
    public void An_argument_keeps_its_comparison()
    {
        var rule = CustomSeccomp.Parse(Profile).For([], "arm64", "6.1")!.Syscalls!.Single(rule => rule.Names.Contains("clone"));
        var argument = Assert.Single(rule.Args!);
        Assert.Equal((1u, 2114060288ul, 0ul, "SCMP_CMP_MASKED_EQ"), (argument.Index, argument.Value, argument.ValueTwo, argument.Op));
    }

    [Fact]
    public void An_empty_profile_filters_nothing() => Assert.Null(CustomSeccomp.Parse("{}").For([], "amd64", "6.1"));

    [Theory]
    [InlineData("not json", "decoding seccomp profile failed")]
    [InlineData("[]", "decoding seccomp profile failed")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","archMap":[{"architecture":"SCMP_ARCH_X86"}],"architectures":["SCMP_ARCH_X86"]}""", "use either 'architectures' or 'archMap'")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_ALLOW"}]}""", "use either 'name' or 'names'")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["b"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"new"}}]}""", "invalid kernel version: new")]
    [InlineData("""{"syscalls":[{"names":["b"],"action":"SCMP_ACT_ALLOW"}]}""", "no defaultAction")]
    public void A_profile_that_cannot_be_meant_is_refused(string json, string why) =>
        Assert.Contains(why, Assert.Throws<FaultException>(() => CustomSeccomp.Parse(json)).Message);
}
