using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>The image store under kill -9: whatever the daemon was at, the next one has whole images and no others.</summary>
public sealed class ImageSurvivalTests : IAsyncLifetime
{
    private const int Rounds = 24;
    private readonly Random _random = new(4);
    private Engine _engine = null!;
    private Registry _registry = null!;

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        await (_registry = new Registry(_engine.Host, 5601)).StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _engine.DisposeAsync();
    }

    [Fact]
    public async Task After_a_kill_at_any_moment_every_blob_is_what_its_name_says()
    {
        await _engine.LoadBusyboxAsync();
        string other = $"{_registry.Name}/other:1", archive = Path.Combine(_engine.Host.Folder, "both.tar");
        (await _engine.TypedAsync($"docker run --name cc busybox dd if=/dev/urandom of=/noise bs=1M count=4 && docker commit cc {other} && docker push -q {other} && docker save -o {archive} busybox {other}")).Succeeded();
        string[] work =
        [
            $"docker rmi -f {other}; docker pull {other}", $"docker rmi -f {other}; docker load -i {archive}", "docker commit cc", $"docker pull {other}; docker rmi {other}",
            "docker commit cc; docker image prune -f", "docker commit cc tmp:x; docker image prune -af",
        ];
        for (int round = 0; round < Rounds; round++)
        {
            string script = work[round % work.Length];
            using var running = Command.Start(["sh", "-c", script], new Dictionary<string, string> { ["DOCKER_HOST"] = _engine.Address });
            await Task.Delay(_random.Next(5, 250));   // a moment, not a wait for something
            await _engine.KillDaemonAsync();
            await running.WaitForExitAsync();
            await _engine.StartDaemonAsync();
            CommandResult check = await Command.RunAsync([Repository.Sampan, "image", "fsck"], null, new Dictionary<string, string> { ["DOCKER_HOST"] = _engine.Address });
            Assert.True(check.ExitCode == 0, $"round {round}, '{script}': {check.Output}{check.Error}");
            Assert.Equal("it lives", (await _engine.DockerAsync("run", "--rm", "busybox", "echo", "it lives")).Succeeded().Line);
        }
        (await _engine.TypedAsync("docker rm cc; docker rmi -f $(docker images -aq | sort -u); docker rmi -f $(docker images -aq | sort -u); docker image prune -f")).Succeeded();
        Assert.Equal("", (await _engine.DockerAsync("images", "-aq")).Succeeded().Output);
        Assert.Empty(Directory.GetFiles(Path.Combine(_engine.DataRoot, "image", "blobs", "sha256")));
    }
}
