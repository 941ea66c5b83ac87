using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Snapshots;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>docker tag, rmi, images --filter, history.</summary>
public sealed class RemoveTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Dictionary<string, string> Base = new() { ["a"] = "1" };
    private static readonly Dictionary<string, string> Top = new() { ["b"] = "2" };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Removing_the_last_name_removes_the_image_its_digest_and_its_layers()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "last", MadeImage.Of([Base, Top]));
        string name = $"{registry.Address}/last";
        Assert.Equal([$"{name}:latest", $"{name}@{image.Manifest.Digest}", image.Id.ToString(), image.Layers[1].Chain.ToString(), image.Layers[0].Chain.ToString()], Lines(store.Service.Remove(name, new ImageRemoveOptions())));
        store.AssertEmpty();
        Assert.Equal([], Directory.EnumerateFileSystemEntries(Path.Combine(store.ImageRoot, "references")).Select(Path.GetFileName).Where(entry => !entry!.StartsWith('_')));
        Assert.Equal($"No such image: {name}:latest", Assert.Throws<FaultException>(() => store.Service.Remove(name, new ImageRemoveOptions())).Message);
    }

    [Fact]
    public async Task Removing_one_of_several_names_only_untags()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "two", MadeImage.Of([Base]));
        store.Service.Tag(image.Id.ToString(), ImageReference.Parse("other:v1"));
        Assert.Equal(["other:v1"], Lines(store.Service.Remove("other:v1", new ImageRemoveOptions())));
        Assert.NotNull(store.Service.Find($"{registry.Address}/two"));
    }

    [Fact]
    public async Task An_id_with_names_in_several_repositories_must_be_forced()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "several", MadeImage.Of([Base]));
        store.Service.Tag(image.Id.ToString(), ImageReference.Parse("other:v1"));
        var conflict = Assert.Throws<FaultException>(() => store.Service.Remove(image.Id.Hex[..12], new ImageRemoveOptions()));
        Assert.Equal($"conflict: unable to delete {image.Id.Hex[..12]} (must be forced) - image is referenced in multiple repositories", conflict.Message);
        Assert.Equal(FaultKind.Conflict, conflict.Kind);
        Assert.Equal(5, store.Service.Remove(image.Id.Hex[..12], new ImageRemoveOptions { Force = true }).Count);
        store.AssertEmpty();
    }

    [Fact]
    public async Task An_image_that_containers_use_is_kept_as_docker_keeps_it()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "used", MadeImage.Of([Base]));
        string name = $"{registry.Address}/used:latest", id = image.Id.Hex[..12], container = new('c', 64);
        bool running = false;
        var options = new ImageRemoveOptions { Uses = () => [new ImageUse(image.Id, container, running)] };

        Assert.Equal($"conflict: unable to remove repository reference \"{name}\" (must force) - container {container[..12]} is using its referenced image {id}",
            Assert.Throws<FaultException>(() => store.Service.Remove(name, options)).Message);
        Assert.Equal($"conflict: unable to delete {id} (must be forced) - image is being used by stopped container {container[..12]}",
            Assert.Throws<FaultException>(() => store.Service.Remove(id, options)).Message);
        running = true;
        Assert.Equal($"conflict: unable to delete {id} (cannot be forced) - image is being used by running container {container[..12]}",
            Assert.Throws<FaultException>(() => store.Service.Remove(id, options with { Force = true })).Message);
        Assert.Equal([name], store.Service.Get(id).Tags.Select(tag => tag.FamiliarString));
    }

    [Fact]
    public async Task Layers_under_a_container_go_when_the_container_has_gone()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "under", MadeImage.Of([Base, Top]));
        var key = new SnapshotKey("container");
        store.Snapshotter.Prepare(key, image.TopLayer);
        Assert.DoesNotContain(store.Service.Remove(image.Id.ToString(), new ImageRemoveOptions { Force = true }), removal => removal is ImageRemoval.DeletedLayer { Chain: var chain } && chain == image.TopLayer);
        Assert.Equal(2, store.Snapshotter.Chains.Count);
        store.Service.CollectLayers();
        Assert.Equal(2, store.Snapshotter.Chains.Count);
        store.Snapshotter.Remove(key);
        store.Service.CollectLayers();
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_name_moves_to_the_image_it_is_given_to()
    {
        using var store = new OpenStore(_folder.Path);
        Image one = await PullAsync(store, "one", MadeImage.Of([Base])), two = await PullAsync(store, "second", MadeImage.Of([Top]));
        store.Service.Tag(one.Id.ToString(), ImageReference.Parse("mine"));
        store.Service.Tag($"{registry.Address}/second", ImageReference.Parse("mine"));
        Assert.Equal(two.Id, store.Service.Get("mine").Id);
        Assert.DoesNotContain(ImageReference.Parse("mine:latest"), store.Service.Get(one.Id.ToString()).Tags);
        Assert.Throws<FaultException>(() => store.Service.Tag("unknown", ImageReference.Parse("mine")));
        Assert.Throws<FaultException>(() => store.Service.Tag("mine", ImageReference.Parse($"mine@{one.Id}")));
    }

    [Fact]
    public async Task Lists_are_filtered_by_label_name_and_age()
    {
        using var store = new OpenStore(_folder.Path);
        Image one = await PullAsync(store, "filter/one", MadeImage.Of([Base], label: "x")), two = await PullAsync(store, "filter/two", MadeImage.Of([Top]));
        store.Service.Tag(two.Id.ToString(), ImageReference.Parse("app:v2"));
        Assert.Equal([one.Id], Ids(new ImageFilter { Labels = ["test=x"] }));
        Assert.Equal([one.Id], Ids(new ImageFilter { Labels = ["test"] }));
        Assert.Empty(Ids(new ImageFilter { Labels = ["test=y"] }));
        Image named = Assert.Single(store.Service.List(new ImageFilter { References = ["app:v?"] }));
        Assert.Equal("app:v2", Assert.Single(named.Tags).FamiliarString);
        Assert.Empty(named.RepoDigests);
        Assert.Equal([one.Id], Ids(new ImageFilter { References = ["*/filter/o*"] }));
        Assert.Empty(Ids(new ImageFilter { References = ["*one"] }));
        Assert.Empty(Ids(new ImageFilter { Before = ["app:v2"] }));
        Assert.Throws<FaultException>(() => Ids(new ImageFilter { Since = ["nothing"] }));

        IReadOnlyList<Digest> Ids(ImageFilter filter) => [.. store.Service.List(filter).Select(image => image.Id)];
    }

    [Fact]
    public async Task History_gives_each_step_the_size_of_its_layer()
    {
        using var store = new OpenStore(_folder.Path);
        Image image = await PullAsync(store, "history", MadeImage.Of([Base, new Dictionary<string, string> { ["b"] = "four" }]));
        var lines = store.Service.History(image.Id.ToString());
        Assert.Equal([4L, 1L], lines.Select(line => line.Size));
        Assert.Equal([image.Id, null], lines.Select(line => line.Id));
        Assert.Equal(image.Tags, lines[0].Tags);
    }

    private async Task<Image> PullAsync(OpenStore store, string repository, MadeImage made)
    {
        await registry.PushAsync(repository, "latest", made);
        return (await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/{repository}"), new PullOptions(), new Progress(), default)).Image;
    }

    private static IEnumerable<string> Lines(IEnumerable<ImageRemoval> removals) => removals.Select(removal => removal.UntaggedText ?? removal.DeletedText!);
}
