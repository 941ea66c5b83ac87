using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

public sealed class InspectTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private Engine Engine => fixture.Engine;

    [Fact]
    public async Task Inspect_shows_where_the_files_of_an_image_and_a_container_are()
    {
        string layer = await Engine.InspectAsync("busybox", "{{.GraphDriver.Data.UpperDir}}");
        Assert.True(File.Exists(Path.Combine(layer, "bin/busybox")));
        (await Engine.DockerAsync("run", "-d", "--name", "where", "busybox", "sh", "-c", "echo mine > /own; sleep 100")).Succeeded();
        Assert.Equal(layer, await Engine.InspectAsync("where", "{{.GraphDriver.Data.LowerDir}}"));
        string upper = await Engine.InspectAsync("where", "{{.GraphDriver.Data.UpperDir}}"), work = await Engine.InspectAsync("where", "{{.GraphDriver.Data.WorkDir}}");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Path.Combine(upper, "own"))));
        Assert.True(Directory.Exists(work));
        string merged = await Engine.InspectAsync("where", "{{.GraphDriver.Data.MergedDir}}");
        Assert.Equal("mine", (await Engine.Host.ShellAsync($"cat {merged}/own && test -e {merged}/bin/busybox")).Succeeded().Line);
        (await Engine.DockerAsync("rm", "-f", "where")).Succeeded();
        // To the byte what Docker counts: files, once for each inode, and symbolic links.
        string folder = Directory.CreateDirectory(Path.Combine(Engine.Host.Folder, "sized")).FullName;
        (await Command.RunAsync(["sh", "-c", $"cd {folder}; head -c 1000 /dev/zero > a; ln a b; ln -s 0123456789 c; mkdir d; tar cf ../sized.tar ."])).Succeeded();
        (await Engine.TypedAsync($"docker import {folder}.tar sized")).Succeeded();
        Assert.Equal("1010", await Engine.InspectAsync("sized", "{{.Size}}"));
        (await Engine.DockerAsync("rmi", "sized")).Succeeded();
    }
}
