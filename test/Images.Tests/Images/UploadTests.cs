using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Pushes to registries that misbehave.</summary>
public sealed class UploadTests : IDisposable
{
    private static readonly Dictionary<string, string> Large = new() { ["large"] = MadeImage.Noise(500_000) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_broken_upload_goes_on_where_it_broke()
    {
        using var server = new UploadServer { Cuts = 3 };
        await PushAsync(server);
        string[] pieces = [.. server.Requests.Where(request => request.StartsWith("PATCH", StringComparison.Ordinal))];
        Assert.NotEmpty(pieces);
        Assert.DoesNotContain(pieces, piece => piece.Contains(" 0-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_that_the_registry_has_forgotten_begins_anew()
    {
        using var server = new UploadServer { Cuts = 2, Remembers = false };
        await PushAsync(server);
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("PATCH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_registry_that_takes_no_large_bodies_gets_pieces()
    {
        using var server = new UploadServer { Limit = 130_000 };
        await PushAsync(server);
        Assert.True(server.Requests.Count(request => request.StartsWith("PATCH", StringComparison.Ordinal)) > 2, string.Join('\n', server.Requests));
    }

    [Fact]
    public async Task A_registry_that_breaks_every_upload_is_given_up()
    {
        using var server = new UploadServer { Cuts = int.MaxValue, CutAfter = 10, Remembers = false };
        await Assert.ThrowsAnyAsync<Faults.FaultException>(() => PushAsync(server));
    }

    [Fact]
    public async Task Pushes_of_one_layer_to_one_repository_at_once_send_it_once()
    {
        await using var registry = new ScriptedRegistry(request =>
        {
            if (request.Method == "PUT" && request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)) Thread.Sleep(300);
            return null;
        });
        using var store = new OpenStore(_folder.Path);
        ImageReference[] names = [.. new[] { "1", "2", "3" }.Select(tag => ImageReference.Parse($"{registry.Address}/app:{tag}"))];
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Large)), new ImportOptions { Reference = names[0] }, default);
        foreach (var name in names) store.Service.Tag(image.Id.ToString(), name);
        await Task.WhenAll(names.Select(name => store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default)));
        Assert.Equal(2, registry.Requests.Count(request => request.Method == "PUT" && request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal)));   // the layer, the config
        Assert.Equal(3, registry.Requests.Count(request => request.Method == "PUT" && request.Path.Contains("/manifests/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_upload_whose_client_leaves_is_cancelled_at_the_registry_and_sent_by_who_waited_for_it()
    {
        var sending = new TaskCompletionSource();
        await using var registry = new ScriptedRegistry(request =>
        {
            if (request.Method == "DELETE") return new("204 No Content");
            if (request.Method != "PUT" || !request.Path.Contains("/blobs/uploads/", StringComparison.Ordinal) || !sending.TrySetResult()) return null;
            Thread.Sleep(2000);
            return new("500 Too Late");
        });
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{registry.Address}/app:1");
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Large)), new ImportOptions { Reference = name }, default);
        using var leaving = new CancellationTokenSource();
        Task first = store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, leaving.Token);
        await sending.Task;
        Task second = store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default);
        await Task.Delay(200);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await second;
        Assert.Equal("/v2/app/blobs/uploads/1", Assert.Single(registry.Requests, request => request.Method == "DELETE").Path);
        Assert.Contains(image.Layers[0].Blob.Digest.ToString(), registry.Blobs);
    }

    private async Task PushAsync(UploadServer server)
    {
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{server.Address}/app:1");
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Large)), new ImportOptions { Reference = name }, default);
        await store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default);
        foreach (var digest in image.Layers.Select(layer => layer.Blob.Digest).Append(image.Id)) Assert.True(server.Blobs.ContainsKey(digest.ToString()), string.Join('\n', server.Requests));
    }
}
