using System.Diagnostics;
using System.IO.Compression;
using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Registries that break, muddle and trick.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly RegistryOptions Options = new() { HostFolders = [], RetryDelay = TimeSpan.FromMilliseconds(5), IdleTimeout = TimeSpan.FromSeconds(20) };
    private static readonly MadeImage Made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(40_000) }]);
    private static readonly string Layer = $"/v2/app/blobs/{Made.LayerDigests[0]}";
    private static readonly byte[] LayerBytes = Made.Blobs[1];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_answer_cut_anywhere_in_its_head_or_body_is_asked_for_again()
    {
        // The n-th request is cut after n times 7 bytes: every kind of request, and places in heads and in bodies.
        int count = 0;
        var whole = new HashSet<string>(StringComparer.Ordinal);
        await using var registry = new ScriptedRegistry(request =>
        {
            lock (whole)
                if (!whole.Add(request.Path)) return null;
            int at = Interlocked.Increment(ref count) * 7;
            byte[] body = request.Path == Layer ? LayerBytes : request.Path.Contains("/manifests/", StringComparison.Ordinal) ? Made.Manifest : Made.Blobs[0];
            return new("200 OK", $"Content-Type: {Made.MediaType}\r\n", body, CutAfter: at);
        });
        registry.Add("latest", Made);
        for (int round = 0; round < 40; round++)
        {
            using var store = new OpenStore(_folder[round.ToString(System.Globalization.CultureInfo.InvariantCulture)], Options);
            lock (whole) whole.Clear();
            PullResult pulled = await PullAsync(store, registry);
            Assert.Equal(MadeImage.Noise(40_000), store.ReadFile(pulled.Image, "a"));
        }
        Assert.True(count > 100);
    }

    [Theory]
    [InlineData("another range")]
    [InlineData("no range named")]
    [InlineData("416")]
    [InlineData("compressed")]
    public async Task A_server_that_muddles_ranges_is_asked_for_the_whole_and_read_over(string how)
    {
        await using var registry = new ScriptedRegistry(request =>
        {
            if (request.Path != Layer) return null;
            bool ranged = request.Headers.ContainsKey("range");
            if (!ranged && Count(request) == 0) return new("200 OK", $"Content-Length: {LayerBytes.Length}\r\n", LayerBytes[..9000]);
            if (!ranged) return null;
            return how switch
            {
                "another range" => new("206 Partial Content", $"Content-Range: bytes 100-{LayerBytes.Length - 1}/{LayerBytes.Length}\r\n", LayerBytes[100..]),
                "no range named" => new("206 Partial Content", "", LayerBytes[5..]),
                "416" => new("416 Range Not Satisfiable", $"Content-Range: bytes */{LayerBytes.Length}\r\n"),
                _ => new("206 Partial Content", "Content-Encoding: gzip\r\n", LayerBytes[9000..]),
            };
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        PullResult pulled = await PullAsync(store, registry);
        Assert.Equal(MadeImage.Noise(40_000), store.ReadFile(pulled.Image, "a"));
        Assert.Equal(3, registry.Requests.Count(request => request.Path == Layer));
    }

    [Fact]
    public async Task A_body_that_was_compressed_on_the_way_is_inflated_and_one_that_lies_about_its_length_is_refused()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(LayerBytes);
        await using var zipping = new ScriptedRegistry(request => request.Path == Layer ? new("200 OK", "Content-Encoding: gzip\r\n", packed.ToArray()) : null);
        zipping.Add("latest", Made);
        using (var store = new OpenStore(_folder["zipped"], Options)) await PullAsync(store, zipping);
        Assert.All(zipping.Requests.Where(request => request.Path == Layer), request => Assert.Equal("identity", request.Headers["accept-encoding"]));

        foreach (byte[] lie in (byte[][])[[.. LayerBytes, 1, 2, 3], LayerBytes[..^10]])
        {
            await using var lying = new ScriptedRegistry(request => request.Path == Layer ? new("200 OK", "", lie) : null);
            lying.Add("latest", Made);
            using var store = new OpenStore(_folder["lie" + lie.Length], Options);
            await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, lying));
            store.AssertEmpty();
        }
    }

    [Fact]
    public async Task A_manifest_that_is_not_what_its_digest_header_says_is_refused()
    {
        await using var registry = new ScriptedRegistry(request => request.Path == "/v2/app/manifests/latest"
            ? new("200 OK", $"Content-Type: {Made.MediaType}\r\nDocker-Content-Digest: {Made.ConfigDigest}\r\n", Made.Manifest) : null);
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        var fault = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, registry));
        Assert.StartsWith($"manifest verification failed for digest {Made.ConfigDigest}", fault.Message, StringComparison.Ordinal);
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_registry_that_is_ill_when_first_asked_or_says_when_to_come_again_is_asked_again()
    {
        int pings = 0, manifests = 0;
        await using var registry = new ScriptedRegistry(request => request.Path switch
        {
            "/v2/" when pings++ < 2 => new(pings == 1 ? "503 Service Unavailable" : "408 Request Timeout"),
            "/v2/app/manifests/latest" when manifests++ == 0 => new("429 Too Many Requests", $"Retry-After: {DateTimeOffset.UtcNow.AddSeconds(2):R}\r\n"),
            _ => null,
        });
        registry.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options);
        var took = Stopwatch.StartNew();
        await PullAsync(store, registry);
        Assert.InRange(took.Elapsed.TotalSeconds, 0.9, 30);
    }

    [Fact]
    public async Task A_silent_registry_is_left_after_its_time_in_head_and_body()
    {
        var never = new TaskCompletionSource();
        await using var empty = new ScriptedRegistry(_ => null);
        empty.Add("latest", Made);
        await using var stalled = new FaultyProxy(empty.Address, (line, _) => line.Contains("/manifests/", StringComparison.Ordinal) ? new Fault { CutAfter = 10, Stall = never.Task } : null);
        using var store = new OpenStore(_folder.Path, Options with { IdleTimeout = TimeSpan.FromMilliseconds(300), MaxAttempts = 2 });
        var took = Stopwatch.StartNew();
        var fault = await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse($"{stalled.Address}/app"), new PullOptions(), new Progress(), default));
        Assert.Contains("timeout exceeded", fault.Message, StringComparison.Ordinal);
        Assert.InRange(took.Elapsed.TotalSeconds, 0.2, 15);
        never.SetResult();
    }

    [Fact]
    public async Task Redirects_in_a_circle_end_and_credentials_do_not_come_back_with_one_that_returns()
    {
        ScriptedRegistry? self = null;
        await using var circle = self = new ScriptedRegistry(request => request.Path == Layer ? new("307 Temporary Redirect", $"Location: {Layer}\r\n") : null);
        circle.Add("latest", Made);
        using var store = new OpenStore(_folder.Path, Options with { MaxAttempts = 2 });
        Assert.Contains("stopped after 10 redirects", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, circle))).Message, StringComparison.Ordinal);

        ScriptedRegistry? home = null;
        await using var away = new ScriptedRegistry(request => new("307 Temporary Redirect", $"Location: http://{home!.Address}/v2/app/blobs/uploads-of-others\r\n"));
        await using var registry = home = new ScriptedRegistry(request => request.Authorization is null && !request.Path.EndsWith("of-others", StringComparison.Ordinal) ? new("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n")
            : request.Path == Layer ? new("307 Temporary Redirect", $"Location: http://{away.Address}/elsewhere\r\n") : null);
        registry.Add("latest", Made);
        await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/app"), new PullOptions { Auth = new() { Username = "ann", Password = "secret" } }, new Progress(), default));
        Assert.Contains(registry.Requests, request => request.Path.EndsWith("of-others", StringComparison.Ordinal));
        Assert.All(registry.Requests.Where(request => request.Path.EndsWith("of-others", StringComparison.Ordinal)), request => Assert.Null(request.Authorization));
        Assert.All(away.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task A_pull_that_joined_another_one_s_download_goes_on_from_its_own_registry_when_that_fails()
    {
        var release = new TaskCompletionSource();
        await using var good = new ScriptedRegistry(_ => null);
        good.Add("latest", Made);
        await using var slow = new FaultyProxy(good.Address, (line, _) => line.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal) ? new Fault { CutAfter = 9000, Stall = release.Task } : null);
        using var store = new OpenStore(_folder.Path, Options with { MaxAttempts = 2 });
        Task<PullResult> first = store.Service.PullAsync(ImageReference.Parse($"{slow.Address}/app"), new PullOptions(), new Progress(), default);
        while (!slow.Requests.Any(head => head.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal))) await Task.Delay(5);
        Task<PullResult> second = store.Service.PullAsync(ImageReference.Parse($"{good.Address}/app"), new PullOptions(), new Progress(), default);
        while (!good.Requests.Any(request => request.Line.EndsWith("/v2/app/manifests/latest", StringComparison.Ordinal) && request.Method == "GET") || good.Requests.Count < 6) await Task.Delay(5);
        release.SetResult();
        Assert.Equal(MadeImage.Noise(40_000), store.ReadFile((await second).Image, "a"));
        await first;   // it has it from there, too
        Assert.Contains(good.Requests, request => request.Path == Layer && request.Headers.GetValueOrDefault("range") == "bytes=9000-");
    }

    [Fact]
    public async Task A_registry_that_gives_wrong_bytes_for_a_layer_does_not_fail_the_pull_that_has_it_from_another()
    {
        var release = new TaskCompletionSource();
        await using var good = new ScriptedRegistry(_ => null);
        good.Add("latest", Made);
        await using var lying = new FaultyProxy(good.Address, (line, count) => line.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal) && count == 0
            ? new Fault { CorruptAt = 300, CutAfter = 9000, Stall = release.Task } : null);
        using var store = new OpenStore(_folder.Path, Options);
        Task<PullResult> first = store.Service.PullAsync(ImageReference.Parse($"{lying.Address}/app"), new PullOptions(), new Progress(), default);
        while (!lying.Requests.Any(head => head.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal))) await Task.Delay(5);
        var progress = new Progress();
        Task<PullResult> second = store.Service.PullAsync(ImageReference.Parse($"{good.Address}/app"), new PullOptions(), progress, default);
        while (progress.Steps(Made.LayerDigests[0].Hex[..12]).Count == 0) await Task.Delay(5);
        await Task.Delay(100);
        release.SetResult();
        Assert.Equal(MadeImage.Noise(40_000), store.ReadFile((await second).Image, "a"));
        await first;   // it has the layer from there, too
    }

    [Fact]
    public async Task A_client_that_leaves_does_not_break_the_download_that_another_one_joined()
    {
        var release = new TaskCompletionSource();
        await using var good = new ScriptedRegistry(_ => null);
        good.Add("latest", Made);
        await using var slow = new FaultyProxy(good.Address, (line, count) => line.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal) && count == 0 ? new Fault { CutAfter = 9000, Stall = release.Task } : null);
        using var store = new OpenStore(_folder.Path, Options);
        using var leaving = new CancellationTokenSource();
        var name = ImageReference.Parse($"{slow.Address}/app");
        Task<PullResult> first = store.Service.PullAsync(name, new PullOptions(), new Progress(), leaving.Token);
        while (!slow.Requests.Any(head => head.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal))) await Task.Delay(5);
        var progress = new Progress();
        Task<PullResult> second = store.Service.PullAsync(name, new PullOptions(), progress, default);
        while (progress.Steps(Made.LayerDigests[0].Hex[..12]).Count == 0) await Task.Delay(5);
        await Task.Delay(100);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        Assert.Equal(MadeImage.Noise(40_000), store.ReadFile((await second).Image, "a"));
        Assert.Equal(2, slow.Requests.Count(head => head.Contains(Made.LayerDigests[0].ToString(), StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Addresses_inside_a_manifest_are_never_asked()
    {
        await using var bait = new ScriptedRegistry(_ => new("200 OK", "", LayerBytes));
        string manifest = System.Text.Encoding.UTF8.GetString(Made.Manifest).Replace("\"layers\":[{", $"\"layers\":[{{\"urls\":[\"http://{bait.Address}/layer\"],", StringComparison.Ordinal)
            .Replace(MediaTypes.OciLayerGzip, "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", StringComparison.Ordinal);
        var foreign = new MadeImage(Made.MediaType, System.Text.Encoding.UTF8.GetBytes(manifest), [Made.Blobs[0]], []);
        await using var registry = new ScriptedRegistry(_ => null);
        registry.Add("latest", foreign);
        using var store = new OpenStore(_folder.Path, Options);
        Assert.Equal("blob unknown: blob unknown to registry", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, registry))).Message);
        Assert.Empty(bait.Requests);
        store.AssertEmpty();
    }

    [Fact]
    public async Task Indexes_of_indexes_without_end_and_documents_without_end_are_refused()
    {
        MadeImage nested = Made;
        var levels = new List<MadeManifest>();
        for (int i = 0; i < 5; i++)
        {
            levels.Add(new MadeManifest(nested.MediaType, nested.Manifest));
            nested = MadeImage.Index(docker: i % 2 == 0, ("linux/amd64", nested));
        }
        await using var deep = new ScriptedRegistry(_ => null);
        deep.Add("latest", nested with { Children = levels });
        using var store = new OpenStore(_folder.Path, Options);
        Assert.Contains("is an index of indexes more than 3 deep", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, deep))).Message, StringComparison.Ordinal);

        await using var huge = new ScriptedRegistry(request => !request.Path.Contains("/manifests/", StringComparison.Ordinal) ? null
            : new("200 OK", $"Content-Type: {Made.MediaType}\r\n" + (request.Path.EndsWith("told", StringComparison.Ordinal) ? "" : "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
                request.Path.EndsWith("told", StringComparison.Ordinal) ? new byte[5 << 20] : [.. "500000\r\n"u8, .. new byte[5 << 20], .. "\r\n0\r\n\r\n"u8]));
        foreach (string tag in (string[])["told", "untold"])
        {
            var fault = await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse($"{huge.Address}/app:{tag}"), new PullOptions(), new Progress(), default));
            Assert.Equal($"manifest '{tag}' of '{huge.Address}/app' is too large: the limit is 4194304 bytes", fault.Message);
        }
        store.AssertEmpty();
    }

    private readonly Dictionary<string, int> _counts = [];

    private int Count(ScriptedRequest request)
    {
        lock (_counts) return _counts[request.Line] = _counts.GetValueOrDefault(request.Line, -1) + 1;
    }

    private static Task<PullResult> PullAsync(OpenStore store, ScriptedRegistry registry) =>
        store.Service.PullAsync(ImageReference.Parse($"{registry.Address}/app"), new PullOptions(), new Progress(), default);
}
