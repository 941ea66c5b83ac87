using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Seccomp profiles and groups, as the container's own processes meet them.</summary>
public sealed class SecurityTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    // Docker's own form: conditions and architecture map, which the OCI form does not have.
    private const string NoDirectoriesWithoutAdmin = """
        {
          "defaultAction": "SCMP_ACT_ALLOW",
          "archMap": [{ "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"] }],
          "syscalls": [
            { "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "excludes": { "caps": ["CAP_SYS_ADMIN"] } },
            { "names": ["unlink", "unlinkat"], "action": "SCMP_ACT_ERRNO", "includes": { "minKernel": "999.0" } }
          ]
        }
        """;

    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task A_seccomp_profile_with_conditions_holds_as_they_say()
    {
        string profile = Path.Combine(Engine.Host.Folder, "profile.json");
        await File.WriteAllTextAsync(profile, NoDirectoriesWithoutAdmin);
        CommandResult without = (await Engine.DockerAsync("run", "--rm", "--security-opt", "seccomp=" + profile, "busybox", "mkdir", "/x")).Exited(1);
        Assert.Contains("Operation not permitted", without.Error);
        (await Engine.DockerAsync("run", "--rm", "--security-opt", "seccomp=" + profile, "--cap-add", "SYS_ADMIN", "busybox", "sh", "-c", "mkdir /x && touch /y && rm /y")).Succeeded();
    }

    [Theory]
    [InlineData("", "uid=0(root) gid=0(root) groups=0(root)")]
    [InlineData("--group-add 55", "uid=0(root) gid=0(root) groups=0(root),55")]
    [InlineData("-u 1000:77", "uid=1000 gid=77 groups=77")]
    public async Task The_primary_group_is_a_supplementary_one_too(string options, string id) =>
        Assert.Equal(id, (await Engine.TypedAsync($"docker run --rm {options} busybox id")).Succeeded().Line);
}
