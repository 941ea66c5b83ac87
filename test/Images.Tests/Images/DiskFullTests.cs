using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Linux;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

public sealed class DiskFullTests(DebianRegistry registry) : IClassFixture<DebianRegistry>
{
    [Theory]
    [InlineData(200)]    // kB: the blob does not fit
    [InlineData(600)]    // the blob does, its files do not
    public async Task A_full_disk_is_named_and_its_space_given_back(int kilobytes)
    {
        var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(400_000) }]);
        await registry.PushAsync("large", "latest", made);
        // A small disk that hangs nowhere in the host's tree: reached through its descriptor, gone with it.
        using var disk = Mounts.Create("tmpfs", null, [$"size={kilobytes}k"]);
        using var store = new OpenStore(disk.ProcPath());
        long free = new DriveInfo(disk.ProcPath()).AvailableFreeSpace;

        var fault = await Assert.ThrowsAnyAsync<FaultException>(() =>
            store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/large"), new PullOptions(), new Progress(), default));

        Assert.Contains("no space left on device", fault.Message);
        store.AssertEmpty();
        Assert.Equal(free, new DriveInfo(disk.ProcPath()).AvailableFreeSpace);
    }
}
