using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Images of many layers on Debian 12's own kernel, in a microVM booted by eng/microvm.</summary>
public sealed class DeepImageTests
{
    [Fact]
    public async Task On_kernel_6_1_images_deeper_than_a_page_of_mount_options_run_are_compared_and_copied_from()
    {
        string folder = Directory.CreateTempSubdirectory("sampan-deep-").FullName;
        try
        {
            string[] images = [$"{folder}/deep-127.tar", $"{folder}/deep-200.tar"];
            DeepImage.Write(images[0], "deep:127", 127);
            DeepImage.Write(images[1], "deep:200", 200);
            Dictionary<string, string> said = await MicroVm.RunAsync("deep-image", images);

            Assert.Equal("6.1", said["kernel"]);
            Assert.Equal("overlay2", said["driver"]);
            foreach (int layers in (int[])[127, 200])
            {
                Assert.Equal($"{layers - 1} {layers - 1}", said[$"run-{layers}"]);
                Assert.Equal("C /layers C /layers/3 D /layers/4", said[$"diff-{layers}"]);
                Assert.Equal("own", said[$"copied-{layers}"]);
            }
            Assert.Equal("0", said["left"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
