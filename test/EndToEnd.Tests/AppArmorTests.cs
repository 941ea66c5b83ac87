using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>AppArmor, which the usual machine of these tests has not.</summary>
public sealed class AppArmorTests
{
    [Fact]
    public async Task Containers_and_execs_run_under_the_profile_that_is_named_and_dockers_default_otherwise()
    {
        Dictionary<string, string> said = await MicroVm.RunAsync("apparmor", MicroVm.Busybox);

        Assert.Equal("guest-a (enforce) cat: can't open '/secrets/guest-a': Permission denied b", said["start"]);
        Assert.Equal("guest-a (enforce) cat: can't open '/secrets/guest-a': Permission denied", said["exec"]);
        Assert.Equal("guest-b (enforce) a cat: can't open '/secrets/guest-b': Permission denied", said["exec-other"]);
        Assert.Contains("unable to apply apparmor profile 'nosuch'", said["exec-unknown"]);
        Assert.EndsWith(" 255", said["exec-unknown"]);
        Assert.Contains("unable to apply apparmor profile 'nosuch'", said["unknown"]);
        Assert.EndsWith(" 1 0 0", said["unknown"]);
        Assert.Equal("\"apparmor\":{\"enabled\":true}", said["features"]);

        Assert.Equal("[name=apparmor name=seccomp,profile=builtin name=cgroupns]", said["info"]);
        Assert.Equal("docker-default (enforce) docker-default 1", said["default"]);
        Assert.Contains("mount: mounting t on /tmp failed: Permission denied", said["default-mount"]);
        Assert.Equal("sent", said["default-signals"]);
        Assert.Equal("unconfined unconfined", said["unconfined"]);
        Assert.Equal("unconfined unconfined", said["privileged"]);
        Assert.Equal("guest-b guest-b (enforce) named", said["named"]);
        Assert.Contains("unable to apply apparmor profile 'nosuch'", said["not-loaded"]);
        Assert.EndsWith(" 127", said["not-loaded"]);
    }
}
