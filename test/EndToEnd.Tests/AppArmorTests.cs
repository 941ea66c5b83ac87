using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>AppArmor, which the usual machine of these tests has not.</summary>
public sealed class AppArmorTests
{
    [Fact]
    public async Task Processes_run_under_the_profile_that_is_named_and_not_under_one_that_is_not_loaded()
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
    }
}
