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

    private async Task PushAsync(UploadServer server)
    {
        using var store = new OpenStore(_folder.Path);
        var name = ImageReference.Parse($"{server.Address}/app:1");
        Image image = await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Large)), new ImportOptions { Reference = name }, default);
        await store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default);
        foreach (var digest in image.Layers.Select(layer => layer.Blob.Digest).Append(image.Id)) Assert.True(server.Blobs.ContainsKey(digest.ToString()), string.Join('\n', server.Requests));
    }
}
