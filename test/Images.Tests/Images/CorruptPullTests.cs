using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>Registries that lie, break and refuse.</summary>
public sealed class CorruptPullTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_connection_cut_inside_a_layer_is_taken_up_where_it_broke()
    {
        var made = await PushAsync("cut");
        await using var proxy = new FaultyProxy(registry.Address, (line, count) => IsLayer(line, made) && count < 3 ? new Fault { CutAfter = 50_000 } : null);
        using var store = new OpenStore(_folder.Path);
        PullResult result = await PullAsync(store, proxy.Address, "cut");
        Assert.Equal(MadeImage.Noise(400_000), store.ReadFile(result.Image, "a"));
        Assert.Equal([null, "bytes=50000-", "bytes=100000-", "bytes=150000-"], proxy.Requests.Where(head => IsLayer(head, made)).Select(RangeOf));
    }

    [Fact]
    public async Task A_registry_that_ignores_ranges_is_read_over()
    {
        var made = await PushAsync("norange");
        await using var proxy = new FaultyProxy(registry.Address, (line, count) => (IsLayer(line, made), count) switch
        {
            (true, 0) => new Fault { CutAfter = 50_000 },
            (true, 1) => new Fault { Answer = "307 Temporary Redirect", Headers = $"Location: http://{registry.Address}/v2/norange/blobs/{made.LayerDigests[0]}?whole\r\n" },
            _ => null,
        });
        using var store = new OpenStore(_folder.Path);
        PullResult result = await PullAsync(store, proxy.Address, "norange");
        Assert.Equal(MadeImage.Noise(400_000), store.ReadFile(result.Image, "a"));
    }

    [Fact]
    public async Task A_corrupt_layer_is_named_by_its_digest_and_nothing_is_kept()
    {
        var made = await PushAsync("corrupt");
        await using var proxy = new FaultyProxy(registry.Address, (line, _) => IsLayer(line, made) ? new Fault { CorruptAt = 200_000 } : null);
        using var store = new OpenStore(_folder.Path);
        var fault = await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, proxy.Address, "corrupt"));
        Assert.StartsWith($"filesystem layer verification failed for digest {made.LayerDigests[0]}", fault.Message);
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_layer_whose_content_is_not_what_the_config_says_is_named_and_nothing_is_kept()
    {
        byte[] tar = MadeImage.TarOf(new Dictionary<string, string> { ["a"] = "1" });
        var made = MadeImage.Of([MadeImage.Gzip(tar)], [Digest.Of("something else"u8)]);
        await registry.PushAsync("diffid", "latest", made);
        using var store = new OpenStore(_folder.Path);
        var fault = await Assert.ThrowsAsync<FaultException>(() => PullAsync(store, registry.Address, "diffid"));
        Assert.Contains(made.LayerDigests[0].ToString(), fault.Message);
        Assert.Contains(Digest.Of(tar).ToString(), fault.Message);
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_layer_that_is_no_tar_is_named_and_nothing_is_kept()
    {
        var made = MadeImage.Of([MadeImage.Gzip("this is no tar at all, however long one looks at it; really: not one header block in sight"u8.ToArray())], [Digest.Of("x"u8)]);
        await registry.PushAsync("notar", "latest", made);
        using var store = new OpenStore(_folder.Path);
        var fault = await Assert.ThrowsAsync<FaultException>(() => PullAsync(store, registry.Address, "notar"));
        Assert.StartsWith($"layer {made.LayerDigests[0]} is corrupt: ", fault.Message);
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_busy_or_ill_registry_is_asked_again()
    {
        var made = await PushAsync("busy");
        await using var proxy = new FaultyProxy(registry.Address, (line, count) => (line.Contains("/manifests/"), IsLayer(line, made), count) switch
        {
            (true, _, 0) => new Fault { Answer = "429 Too Many Requests", Headers = "Retry-After: 1\r\n" },
            (true, _, 1) => new Fault { Answer = "503 Service Unavailable" },
            (_, true, 0) => new Fault { Answer = "500 Internal Server Error" },
            _ => null,
        });
        using var store = new OpenStore(_folder.Path);
        await PullAsync(store, proxy.Address, "busy");
        Assert.Equal(3, proxy.Requests.Count(head => head.Contains("/manifests/")));
    }

    [Fact]
    public async Task A_registry_that_stays_busy_or_ill_is_told_of()
    {
        using var store = new OpenStore(_folder.Path);
        await using var busy = new FaultyProxy(registry.Address, (line, _) => !line.Contains("/manifests/") ? null : new Fault
        {
            Answer = "429 Too Many Requests", Headers = "Retry-After: 3600\r\n", Body = """{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit"}]}""",
        });
        Assert.Equal("toomanyrequests: You have reached your pull rate limit", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, busy.Address, "x"))).Message);
        Assert.Single(busy.Requests, head => head.Contains("/manifests/"));

        await using var ill = new FaultyProxy(registry.Address, (line, _) => line.Contains("/manifests/") ? new Fault { Answer = "502 Bad Gateway", Body = "<html>" } : null);
        Assert.Equal("received unexpected HTTP status: 502 Bad Gateway", (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, ill.Address, "x"))).Message);

        await using var denying = new FaultyProxy(registry.Address, (line, _) => !line.Contains("/manifests/") ? null : new Fault
        {
            Answer = "403 Forbidden", Body = """{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}""",
        });
        Assert.Equal($"pull access denied for {denying.Address}/x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
            (await Assert.ThrowsAnyAsync<FaultException>(() => PullAsync(store, denying.Address, "x"))).Message);
    }

    [Fact]
    public async Task A_layer_cut_again_and_again_is_given_up_and_nothing_is_kept()
    {
        var made = await PushAsync("hopeless");
        await using var proxy = new FaultyProxy(registry.Address, (line, count) => IsLayer(line, made) ? new Fault { CutAfter = count == 0 ? 50_000 : 0 } : null);
        using var store = new OpenStore(_folder.Path);
        var progress = new Progress();
        var fault = await Assert.ThrowsAnyAsync<FaultException>(() =>
            store.Service.PullAsync(ImageReference.Parse($"{proxy.Address}/hopeless"), new PullOptions(), progress, default));
        Assert.StartsWith($"cannot fetch blob {made.LayerDigests[0]}: the connection broke at byte 50000", fault.Message);
        Assert.Contains("Retrying in 1 second", progress.Steps(made.LayerDigests[0].Hex[..12]));
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_manifest_with_the_wrong_digest_is_refused()
    {
        var made = await PushAsync("lying");
        await using var proxy = new FaultyProxy(registry.Address, (line, _) => line.Contains("/manifests/") ? new Fault { CorruptAt = 20 } : null);
        using var store = new OpenStore(_folder.Path);
        var fault = await Assert.ThrowsAsync<FaultException>(() => PullAsync(store, proxy.Address, $"lying@{made.Digest}"));
        Assert.StartsWith($"manifest verification failed for digest {made.Digest}", fault.Message);
        store.AssertEmpty();
    }

    [Fact]
    public async Task Schema_1_is_refused_by_name()
    {
        await using var proxy = new FaultyProxy(registry.Address, (line, _) => !line.Contains("/manifests/") ? null : new Fault
        {
            Answer = "200 OK", Headers = $"Content-Type: {MediaTypes.DockerManifestV1Signed}\r\n", Body = """{"schemaVersion":1,"name":"old","tag":"latest","fsLayers":[],"history":[]}""",
        });
        using var store = new OpenStore(_folder.Path);
        var fault = await Assert.ThrowsAsync<FaultException>(() => PullAsync(store, proxy.Address, "old"));
        Assert.Equal(FaultKind.NotSupported, fault.Kind);
        Assert.Contains("schema version 1", fault.Message);
    }

    [Fact]
    public async Task No_manifest_however_malformed_does_more_than_fail_the_pull()
    {
        var made = await PushAsync("fuzz");
        var random = new Random(42);
        byte[] body = [];
        await using var proxy = new FaultyProxy(registry.Address, (line, _) => !line.Contains("/manifests/") ? null : new Fault
        {
            Answer = "200 OK", Headers = $"Content-Type: {MediaTypes.OciManifest}\r\n", Body = System.Text.Encoding.UTF8.GetString(body),
        });
        using var store = new OpenStore(_folder.Path);
        string[] replacements = ["null", "[]", "{}", "-1", "1e999", "\"\"", "99999999999999999999", "true", "\"../../etc/passwd\"", "\"sha256:../../../../../../../../../../../../../../../../../../../etc/pass\""];
        for (int i = 0; i < 200; i++)
        {
            string text = System.Text.Encoding.UTF8.GetString(made.Manifest);
            if (i % 2 == 0)
            {
                char[] chars = text.ToCharArray();
                for (int n = random.Next(1, 4); n > 0; n--) chars[random.Next(chars.Length)] = (char)random.Next(32, 127);
                text = new string(chars);
            }
            else
            {
                var values = System.Text.RegularExpressions.Regex.Matches(text, "(?<=[:\\[])(\"[^\"]*\"|[0-9]+|\\{[^{}]*\\}|\\[[^\\]]*\\])");
                var value = values[random.Next(values.Count)];
                text = text[..value.Index] + replacements[random.Next(replacements.Length)] + text[(value.Index + value.Length)..];
            }
            body = System.Text.Encoding.UTF8.GetBytes(text);
            try
            {
                await PullAsync(store, proxy.Address, "fuzz");
                foreach (var image in store.Service.List()) store.Service.Remove(image.Id.ToString(), new ImageRemoveOptions { Force = true });
            }
            catch (FaultException)
            {
                // refused, as it should be; anything else fails the test
            }
        }
        store.AssertEmpty();
    }

    [Fact]
    public async Task A_pull_that_a_kill_cut_off_goes_on_where_it_was()
    {
        var made = await PushAsync("killed");
        var never = new TaskCompletionSource();
        await using var proxy = new FaultyProxy(registry.Address, (line, count) => IsLayer(line, made) && count == 0 ? new Fault { CutAfter = 160_000, Stall = never.Task } : null);
        using var cancel = new CancellationTokenSource();
        string after = _folder["after"];
        Task pull;
        using (var store = new OpenStore(_folder["before"]))
        {
            pull = store.Service.PullAsync(ImageReference.Parse($"{proxy.Address}/killed"), new PullOptions(), new Progress(), cancel.Token);
            string partial = Path.Combine(store.ImageRoot, "ingest", made.LayerDigests[0].Hex);
            while (!File.Exists(partial) || new FileInfo(partial).Length < 160_000) await Task.Delay(5);
            // What a killed daemon leaves is what is on disk at this moment.
            await Tool.RunAsync("cp", "-a", _folder["before"], after);
        }
        using (var store = new OpenStore(after))
        {
            Assert.Empty(store.Service.List());
            Assert.Empty(store.Snapshotter.Keys);
            PullResult result = await PullAsync(store, proxy.Address, "killed");
            Assert.Equal(MadeImage.Noise(400_000), store.ReadFile(result.Image, "a"));
            Assert.Equal("bytes=160000-", RangeOf(proxy.Requests.Last(head => IsLayer(head, made))));
            Assert.Empty(store.Partials);
        }
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        never.SetResult();
    }

    private async Task<MadeImage> PushAsync(string repository)
    {
        var made = MadeImage.Of([new Dictionary<string, string> { ["a"] = MadeImage.Noise(400_000) }]);
        await registry.PushAsync(repository, "latest", made);
        return made;
    }

    private static Task<PullResult> PullAsync(OpenStore store, string address, string name) =>
        store.Service.PullAsync(ImageReference.Parse($"{address}/{name}"), new PullOptions(), new Progress(), default);

    private static bool IsLayer(string line, MadeImage made) => line.Contains($"/blobs/{made.LayerDigests[0]}");

    private static string? RangeOf(string head) => head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Range: ", StringComparison.OrdinalIgnoreCase))?["Range: ".Length..];
}
