using Sampan.Distribution;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>A registry whose connections break at every place there is; beside other tests, since it takes a while.</summary>
public sealed class CutEverywhereTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Answers_cut_after_every_number_of_bytes_there_is_do_not_fail_a_pull()
    {
        var small = MadeImage.Of([new Dictionary<string, string> { ["a"] = "small" }]);
        int cut = 0, cuts = 0;
        var whole = new HashSet<string>(StringComparer.Ordinal);
        await using var registry = new ScriptedRegistry(request =>
        {
            lock (whole)
                if (!whole.Add(request.Path)) return null;
            byte[]? body = request.Path == "/v2/" ? "{}"u8.ToArray() : request.Path.Contains("/manifests/", StringComparison.Ordinal) ? small.Manifest
                : small.Blobs.FirstOrDefault(blob => request.Path.EndsWith(Digest.Of(blob).ToString(), StringComparison.Ordinal));
            if (body is null) return null;
            string headers = $"Content-Type: {small.MediaType}\r\n";
            if (cut < body.Length + headers.Length) Interlocked.Increment(ref cuts);
            return new("200 OK", headers, body, CutAfter: cut);
        });
        registry.Add("latest", small);
        using var store = new OpenStore(_folder.Path, new RegistryOptions { HostFolders = [], RetryDelay = TimeSpan.FromMilliseconds(1) });
        int longest = small.Blobs.Append(small.Manifest).Max(body => body.Length) + 200;   // and the head
        for (; cut <= longest; cut++)
        {
            lock (whole) whole.Clear();
            PullResult pulled = await store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/app"), new PullOptions(), new Progress(), default);
            Assert.Equal(small.ConfigDigest, pulled.Image.Id);
            store.Service.Remove(pulled.Image.Id.ToString(), new ImageRemoveOptions { Force = true });
            store.AssertEmpty();
        }
        Assert.True(cuts > 1000, $"{cuts} answers were cut");
    }
}
