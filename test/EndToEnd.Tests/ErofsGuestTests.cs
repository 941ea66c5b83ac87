using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Layers as EROFS images on Debian 12's own kernel, which mounts them from loop devices only; in a microVM booted by eng/microvm.</summary>
public sealed class ErofsGuestTests
{
    [Fact]
    public async Task On_kernel_6_1_layers_are_mounted_from_loop_devices_which_go_with_them()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-erofs-").FullName;
        try
        {
            string archive = $"{folder}/busybox.tar", checkout = Path.GetDirectoryName(Repository.Out)!;
            (await Command.RunAsync(["skopeo", "copy", "-q", $"oci:{Repository.Fixtures}/busybox.oci:latest", $"docker-archive:{archive}:busybox:latest"])).Succeeded();
            CommandResult guest = await Command.RunAsync([Path.Combine(checkout, "eng/microvm"), Path.Combine(checkout, "test/EndToEnd.Tests/Guests/erofs.sh"), archive], patience: TimeSpan.FromMinutes(6));
            guest.Succeeded();
            Dictionary<string, string> said = guest.Lines.Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2)
                .GroupBy(parts => parts[0]).ToDictionary(group => group.Key, group => group.Last()[1].Trim());

            Assert.Equal(("6.1", "erofs", "ran"), (said["kernel"], said["driver"], said["run"]));
            Assert.Equal("A /again A /own C /bin C /bin/busybox C /etc C /var C /var/spool D /etc/group D /var/spool/mail", said["diff"]);
            Assert.Equal("own 2 4711 ls: /etc/group: No such file or directory /var/spool:", said["committed"]);
            Assert.Equal("2", said["mounted"]);
            Assert.Equal("0", said["left"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
