using System.Text.Json;
using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>What docker system df says, beside du(1): docs/disk-usage.md.</summary>
public sealed class DiskUsageTests
{
    [Theory]
    [InlineData("overlay2", "snapshots")]
    [InlineData("native", "snapshots/native")]
    [InlineData("erofs", "snapshots/erofs")]
    public async Task System_df_agrees_with_du_to_the_byte(string driver, string place)
    {
        await using Engine engine = await Engine.StartAsync(_ => Task.CompletedTask, "--storage-driver", driver);
        await engine.LoadBusyboxAsync();
        (await engine.TypedAsync("""
            docker run --name one -v data:/data busybox sh -c 'mkdir -p /deep/er && head -c 12345 /dev/zero > /deep/file && ln /deep/file /deep/again && truncate -s 1G /deep/hole && ln -s file /deep/link && mkfifo /deep/fifo && cp -r /etc /data/ && echo 1 > /data/x'
            docker commit one made && docker run -d --name two -v data:/data made sleep 1000 && docker exec two sh -c 'rm /deep/file; echo 2 > /new'
            docker volume create empty
            """)).Succeeded();

        // Until they are written out, the file system does not know for sure what its files take.
        (await engine.Host.RunAsync("sync", "-f", engine.DataRoot)).Succeeded();
        JsonElement df = await DiskUsageAsync(engine);
        string snapshots = Path.Combine(engine.DataRoot, place), blobs = Path.Combine(engine.DataRoot, "image/blobs/sha256");
        // Which directory belongs to which layer or container is said by the document of that name.
        string layers = $"$(sed -E 's/.*\"directory\":([0-9]+).*/\\1\\n/' {snapshots}/chains/*.json)";
        Assert.Equal(await DuAsync(engine, $"cd {snapshots} && du -x -c -s --block-size=1 {layers} {blobs}/* | tail -1"), df.GetProperty("LayersSize").GetInt64());
        foreach (JsonElement container in df.GetProperty("Containers").EnumerateArray())
        {
            string own = $"$(sed -E 's/.*\"directory\":([0-9]+).*/\\1/' {snapshots}/keys/{container.GetProperty("Id").GetString()}.json)";
            Assert.Equal(await DuAsync(engine, $"du -x -s --block-size=1 {snapshots}/{own}"), container.GetProperty("SizeRw").GetInt64());
        }
        Assert.Equal(2, df.GetProperty("Containers").GetArrayLength());
        foreach (JsonElement volume in df.GetProperty("Volumes").EnumerateArray())
            Assert.Equal(await DuAsync(engine, $"du -s --block-size=1 {volume.GetProperty("Mountpoint").GetString()}"), volume.GetProperty("UsageData").GetProperty("Size").GetInt64());
        Assert.Equal(2, df.GetProperty("Volumes").GetArrayLength());

        // An image's own part is what its removal gives back.
        JsonElement made = df.GetProperty("Images").EnumerateArray().Single(image => image.GetProperty("RepoTags")[0].GetString() == "made:latest");
        (await engine.DockerAsync("rm", "-f", "two")).Succeeded();
        (await engine.DockerAsync("rmi", "made")).Succeeded();
        long after = (await DiskUsageAsync(engine)).GetProperty("LayersSize").GetInt64();
        Assert.Equal(df.GetProperty("LayersSize").GetInt64() - after, made.GetProperty("Size").GetInt64() - made.GetProperty("SharedSize").GetInt64());
        Assert.Equal(after, (await DiskUsageAsync(engine)).GetProperty("Images")[0].GetProperty("Size").GetInt64());
    }

    [Fact]
    public async Task A_containers_size_counts_the_bytes_of_its_files_as_dockerd_does()
    {
        await using Engine engine = await Engine.StartAsync();
        await engine.LoadBusyboxAsync();
        (await engine.DockerAsync("run", "--name", "none", "busybox", "true")).Succeeded();
        (await engine.DockerAsync("run", "--name", "some", "busybox", "sh", "-c", "mkdir -p /a/b && head -c 12345 /dev/zero > /a/file && ln /a/file /a/again")).Succeeded();
        Assert.Equal("0", (await engine.DockerAsync("inspect", "-s", "-f", "{{.SizeRw}}", "none")).Succeeded().Line);
        Assert.Equal("12345", (await engine.DockerAsync("inspect", "-s", "-f", "{{.SizeRw}}", "some")).Succeeded().Line);
    }

    private static async Task<JsonElement> DiskUsageAsync(Engine engine) =>
        JsonDocument.Parse((await Command.RunAsync(["curl", "-s", "--unix-socket", engine.Socket, "http://d/v1.50/system/df"])).Succeeded().Output).RootElement;

    private static async Task<long> DuAsync(Engine engine, string script) =>
        long.Parse((await engine.Host.ShellAsync(script)).Succeeded().Line.Split('\t')[0], System.Globalization.CultureInfo.InvariantCulture);
}
