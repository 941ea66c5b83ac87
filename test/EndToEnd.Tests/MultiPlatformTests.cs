using Sampan.EndToEnd.Tests.Harness;

namespace Sampan.EndToEnd.Tests;

/// <summary>Indexes of several platforms and artifacts, by the stock docker CLI and by other tools.</summary>
public sealed class MultiPlatformTests : IAsyncLifetime
{
    private Engine _engine = null!;
    private Registry _registry = null!;
    private string _digest = "", _name = "";

    public async Task InitializeAsync()
    {
        _engine = await Engine.StartAsync();
        _registry = new Registry(_engine.Host, 5000);
        await _registry.StartAsync();
        _name = $"{_registry.Name}/multi:1";
        _digest = MultiPlatform.Write(Layout);
        (await _engine.Host.RunAsync("skopeo", "copy", "-q", "--all", "--dest-tls-verify=false", $"oci:{Layout}:latest", $"docker://{_name}")).Succeeded();
    }

    public async Task DisposeAsync()
    {
        await _engine.DisposeAsync();
        await _registry.DisposeAsync();
    }

    private string Layout => Path.Combine(_engine.Host.Folder, "layout");

    [Fact]
    public async Task Both_platforms_of_a_name_are_shown_inspected_run_and_removed()
    {
        (await _engine.DockerAsync("pull", "--platform", "linux/arm64", _name)).Succeeded();
        (await _engine.DockerAsync("pull", _name)).Succeeded();
        CommandResult tree = (await _engine.DockerAsync("images", "--tree")).Succeeded();
        Assert.Contains("├─ linux/amd64 ", tree.Output);
        Assert.Contains("└─ linux/arm64 ", tree.Output);
        Assert.Contains("attestation of ", (await SampanAsync("images", "--tree")).Succeeded().Output);
        foreach (string architecture in (string[])["amd64", "arm64"])
        {
            Assert.Equal($"{architecture} [{_name}]", (await _engine.DockerAsync("image", "inspect", "--platform", $"linux/{architecture}", "-f", "{{.Architecture}} {{.RepoTags}}", _name)).Succeeded().Line);
            Assert.Equal($"{architecture} [{_name}]", (await SampanAsync("image", "inspect", "--platform", $"linux/{architecture}", "-f", "{{.Architecture}} {{.RepoTags}}", _name)).Succeeded().Line);
        }
        Assert.Single((await _engine.DockerAsync("images", "-q")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("it has linux/amd64, linux/arm64", (await _engine.DockerAsync("run", "--rm", "--pull", "never", "--platform", "linux/s390x", _name, "true")).Exited(125).Error);

        (await _engine.DockerAsync("run", "-d", "--name", "foreign", "--pull", "never", "--platform", "linux/arm64", _name, "sleep", "1000")).Succeeded();
        Assert.Equal(_name, (await _engine.DockerAsync("ps", "--format", "{{.Image}}")).Succeeded().Line);
        Assert.Contains("is using its referenced image", (await _engine.DockerAsync("rmi", _name)).Exited(1).Error);
        (await _engine.DockerAsync("rm", "-f", "foreign")).Succeeded();
        (await _engine.DockerAsync("rmi", "--platform", "linux/arm64", _name)).Succeeded();
        Assert.Equal("amd64", (await _engine.DockerAsync("image", "inspect", "-f", "{{.Architecture}}", _name)).Succeeded().Line);
        (await _engine.DockerAsync("rmi", _name)).Succeeded();
        Assert.Equal("", (await _engine.DockerAsync("images", "-aq")).Succeeded().Output);
    }

    [Fact]
    public async Task The_index_goes_to_another_repository_and_through_an_archive_with_its_digest()
    {
        string copy = $"{_registry.Name}/copy:1", archive = Path.Combine(_engine.Host.Folder, "saved.tar");
        (await _engine.DockerAsync("pull", _name)).Succeeded();
        (await _engine.DockerAsync("tag", _name, copy)).Succeeded();
        CommandResult part = (await _engine.DockerAsync("push", copy)).Succeeded();
        Assert.Contains("Not all multiplatform-content is present and only the available single-platform image was pushed", part.Output);
        Assert.Contains(_digest, part.Output);   // in colours, with this CLI
        Assert.Contains(_digest + " -> sha256:", (await SampanAsync("push", copy)).Succeeded().Output);

        (await _engine.DockerAsync("pull", "--platform", "linux/arm64", _name)).Succeeded();
        Assert.Contains($"1: digest: {_digest} size: ", (await _engine.DockerAsync("push", copy)).Succeeded().Output);
        Assert.Equal(_digest, await DigestAsync(copy));

        (await _engine.DockerAsync("save", "-o", archive, copy)).Succeeded();
        (await _engine.DockerAsync("rmi", copy, _name)).Succeeded();
        Assert.Equal($"Loaded image: {copy}", (await _engine.DockerAsync("load", "-i", archive)).Succeeded().Line);
        string again = $"{_registry.Name}/again:1";
        (await _engine.DockerAsync("tag", copy, again)).Succeeded();
        (await _engine.DockerAsync("push", again)).Succeeded();
        Assert.Equal(_digest, await DigestAsync(again));
        (await _engine.Host.RunAsync("skopeo", "copy", "-q", "--all", "--dest-tls-verify=false", $"oci-archive:{archive}:1", $"docker://{_registry.Name}/skopeo:1")).Succeeded();
        Assert.Equal(_digest, await DigestAsync($"{_registry.Name}/skopeo:1"));
    }

    [Fact]
    public async Task What_is_no_image_is_kept_and_copied_and_not_run()
    {
        string chart = $"{_registry.Name}/chart:1", copy = $"{_registry.Name}/chart-copy:1";
        string layout = Path.Combine(_engine.Host.Folder, "chart");
        MultiPlatform.WriteArtifact(layout);
        (await _engine.Host.RunAsync("skopeo", "copy", "-q", "--dest-tls-verify=false", $"oci:{layout}:latest", $"docker://{chart}")).Succeeded();
        (await _engine.DockerAsync("pull", chart)).Succeeded();
        Assert.Contains("it is an artifact of type 'application/vnd.cncf.helm.config.v1+json'", (await _engine.DockerAsync("run", "--rm", chart, "true")).Exited(125).Error);
        (await _engine.DockerAsync("tag", chart, copy)).Succeeded();
        (await _engine.DockerAsync("push", copy)).Succeeded();
        Assert.Equal(await DigestAsync(chart), await DigestAsync(copy));
        Assert.Contains("chart-copy", (await _engine.DockerAsync("images")).Succeeded().Output);
        (await _engine.DockerAsync("rmi", chart, copy)).Succeeded();
        Assert.Equal("", (await _engine.DockerAsync("images", "-aq")).Succeeded().Output);
    }

    private async Task<string> DigestAsync(string name) =>
        (await _engine.Host.ShellAsync($"skopeo inspect --raw --tls-verify=false docker://{name} | sha256sum | sed 's/^\\([0-9a-f]*\\).*/sha256:\\1/'")).Succeeded().Line;

    private Task<CommandResult> SampanAsync(params IEnumerable<string> arguments) =>
        _engine.Host.RunAsync(["env", "DOCKER_HOST=" + _engine.Address, Repository.Sampan, .. arguments]);
}
