using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>docker commit, and what parents mean to rmi and images.</summary>
public sealed class CommitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OpenStore _store;
    private readonly SnapshotKey _container = new("container");

    public CommitTests() => _store = new OpenStore(_folder.Path);

    public void Dispose()
    {
        _store.Snapshotter.Remove(_container);
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_a_container_changed_becomes_one_more_layer()
    {
        Image below = await ImportAsync();
        await ChangeAsync(below);
        Image image = await _store.Service.CommitAsync(Options(below) with
        {
            Changes = ["ENV COLOR=red", "EXPOSE 80"],
            Reference = ImageReference.Parse("made"),
            Author = "ann",
            Comment = "by hand",
            CreatedBy = "sh -c x",
            Without = new HashSet<string> { "/etc/hosts" },
        }, default);

        Assert.Equal(below.Layers[0], image.Layers[0]);
        Assert.Equal(2, image.Layers.Count);
        Assert.Equal("new text", _store.ReadFile(image, "new"));
        Assert.Equal("keep", _store.ReadFile(image, "kept"));
        Assert.ThrowsAny<Exception>(() => _store.ReadFile(image, "gone"));
        Assert.ThrowsAny<Exception>(() => _store.ReadFile(image, "etc/hosts"));
        Assert.Equal("own", _store.ReadFile(image, "etc/own"));
        Assert.Equal(below.Id, image.Parent);
        Assert.Equal(["A=1", "COLOR=red"], image.Config.Config!.Env);
        Assert.Equal(["80/tcp"], image.Config.Config.ExposedPorts!.Keys);
        Assert.Equal(["sleep"], image.Config.Config.Cmd);
        Assert.Equal(("ann", "by hand", "sh -c x", false), (image.Config.History![^1].Author, image.Config.History[^1].Comment, image.Config.History[^1].CreatedBy, image.Config.History[^1].EmptyLayer));
        Assert.Equal("made:latest", Assert.Single(image.Tags).FamiliarString);
        Assert.Equal([image.Id, below.Id], _store.Service.History("made").Take(2).Select(line => line.Id));

        // The same changes are the same layer, and other tools read the image.
        Assert.Equal(image.Layers[1].DiffId, (await _store.Service.CommitAsync(Options(below) with { Without = new HashSet<string> { "/etc/hosts" } }, default)).Layers[1].DiffId);
        await Tool.RunAsync("skopeo", "copy", "-q", $"oci:{_store.ImageRoot}:docker.io/library/made:latest", $"dir:{_folder["out"]}");
        using var again = new OpenStore(_folder.Path);
        Assert.Equal(below.Id, again.Service.Get("made").Parent);
    }

    [Fact]
    public async Task A_container_that_changed_nothing_adds_no_layer()
    {
        Image below = await ImportAsync();
        _store.Snapshotter.Prepare(_container, below.TopLayer);
        Image image = await _store.Service.CommitAsync(Options(below), default);
        Assert.Equal(below.Layers, image.Layers);
        Assert.True(image.Config.History![^1].EmptyLayer);
        Assert.NotEqual(below.Id, image.Id);
    }

    [Fact]
    public async Task A_new_entrypoint_drops_the_command_that_was_made_for_the_old_one()
    {
        Image below = await ImportAsync();
        _store.Snapshotter.Prepare(_container, below.TopLayer);
        Image image = await _store.Service.CommitAsync(Options(below) with { Changes = ["ENTRYPOINT [\"/e\"]"] }, default);
        Assert.Equal(["/e"], image.Config.Config!.Entrypoint);
        Assert.Null(image.Config.Config.Cmd);
        Assert.Equal(FaultKind.InvalidArgument, (await Assert.ThrowsAsync<FaultException>(() => _store.Service.CommitAsync(Options(below) with { Changes = ["FROM x"] }, default))).Kind);
    }

    [Fact]
    public async Task A_parent_stays_while_it_has_children_and_goes_with_the_last_when_it_has_no_name()
    {
        Image below = await ImportAsync();
        await ChangeAsync(below);
        Image first = await _store.Service.CommitAsync(Options(below) with { Reference = ImageReference.Parse("child:1") }, default);
        await Task.Delay(2);   // another second half of the time of its creation
        Image second = await _store.Service.CommitAsync(Options(below) with { Reference = ImageReference.Parse("child:2"), Comment = "other" }, default);

        Assert.Equal($"conflict: unable to delete {below.Id.Hex[..12]} (cannot be forced) - image has dependent child images",
            Assert.Throws<FaultException>(() => _store.Service.Remove(below.Id.ToString(), new ImageRemoveOptions { Force = true })).Message);
        Assert.Equal(["base:latest"], Lines(_store.Service.Remove("base", new ImageRemoveOptions())));   // the name alone
        Assert.DoesNotContain(_store.Service.List(new ImageFilter { Intermediate = false }), image => image.Id == below.Id);
        Assert.DoesNotContain(_store.Service.List(new ImageFilter { Dangling = true }), image => image.Id == below.Id);
        Assert.Contains(_store.Service.List(), image => image.Id == below.Id);

        Assert.Equal(["child:1", first.Id.ToString()], Lines(_store.Service.Remove("child:1", new ImageRemoveOptions())));
        Assert.Equal(["child:2", second.Id.ToString(), second.TopLayer.ToString()!], Lines(_store.Service.Remove("child:2", new ImageRemoveOptions { NoPrune = true })));
        Assert.Contains(_store.Service.List(new ImageFilter { Dangling = true }), image => image.Id == below.Id);
        Image third = await _store.Service.CommitAsync(Options(below), default);
        _store.Snapshotter.Remove(_container);
        Assert.Equal([third.Id.ToString(), third.TopLayer.ToString()!, below.Id.ToString(), below.TopLayer.ToString()!], Lines(_store.Service.Remove(third.Id.ToString(), new ImageRemoveOptions())));
        _store.AssertEmpty();
    }

    private Task<Image> ImportAsync() => _store.Service.ImportAsync(
        new MemoryStream(MadeImage.TarOf(new Dictionary<string, string> { ["kept"] = "keep", ["gone"] = "1", ["etc/"] = "" })),
        new ImportOptions { Reference = ImageReference.Parse("base") }, default);

    private async Task ChangeAsync(Image below)
    {
        _store.Snapshotter.Prepare(_container, below.TopLayer);
        using var files = _store.Snapshotter.Open(_container);
        string folder = $"/proc/{Environment.ProcessId}/fd/{files.DangerousGetHandle()}";
        await File.WriteAllTextAsync(folder + "/new", "new text");
        Directory.CreateDirectory(folder + "/etc");
        await File.WriteAllTextAsync(folder + "/etc/hosts", "the engine's");
        await File.WriteAllTextAsync(folder + "/etc/own", "own");
        if (_store.Snapshotter.Whiteouts is WhiteoutForm.Delete) File.Delete(folder + "/gone");
        else await Tool.RunAsync("mknod", folder + "/gone", "c", "0", "0");
    }

    private CommitOptions Options(Image below) => new()
    {
        Container = _container,
        Parent = below,
        ContainerConfig = new ExecutionConfig { Env = ["A=1"], Cmd = ["sleep"] },
    };

    private static IEnumerable<string> Lines(IReadOnlyList<ImageRemoval> removals) => removals.Select(removal => removal.UntaggedText ?? removal.DeletedText!);
}
