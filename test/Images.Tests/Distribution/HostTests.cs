using Sampan.Distribution;
using Sampan.Faults;
using Sampan.Images.Tests.Harness;
using Sampan.Specs.Docker;
using Sampan.Specs.Oci.Image;

namespace Sampan.Images.Tests;

/// <summary>hosts.toml, certs.d, mirrors.</summary>
public sealed class HostTests(DebianRegistry registry) : IClassFixture<DebianRegistry>, IDisposable
{
    private static readonly Dictionary<string, string> Files = new() { ["a"] = MadeImage.Noise(50_000) };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_mirror_is_asked_first_and_never_sees_the_registry_s_credentials()
    {
        await registry.PushAsync("mirrored", "latest", MadeImage.Of([Files]));
        await using var mirror = new FaultyProxy(registry.Address, (line, _) => line.StartsWith("GET /v2/", StringComparison.Ordinal) && line.EndsWith("/v2/", StringComparison.Ordinal)
            ? new Fault { Answer = "401 Unauthorized", Headers = "WWW-Authenticate: Basic realm=x\r\n" } : null);
        await using var open = new FaultyProxy(registry.Address, (_, _) => null);
        WriteHosts("nobody.invalid", $"""
            server = "http://{registry.Address}"
            [host."http://{mirror.Address}"]   # wants a password: passed over
            [host."http://{open.Address}"]
              capabilities = ["pull", "resolve"]
              [host."http://{open.Address}".header]
                x-who = ["sampan"]
            """);
        using var store = new OpenStore(_folder["data"], Options());
        await store.Service.PullAsync(ImageReference.Parse("nobody.invalid/mirrored"), new PullOptions { Auth = new RegistryAuth { Username = "ann", Password = "secret" } }, new Progress(), default);

        Assert.Contains(open.Requests, head => head.StartsWith("GET /v2/mirrored/blobs/", StringComparison.Ordinal) && head.Contains("ns=nobody.invalid", StringComparison.Ordinal));
        Assert.Contains(open.Requests, head => head.Contains("x-who: sampan", StringComparison.Ordinal));
        Assert.DoesNotContain(mirror.Requests.Concat(open.Requests), head => head.Contains("Authorization", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_mirror_that_fails_is_passed_over_even_in_the_middle_of_a_blob()
    {
        await registry.PushAsync("fallback", "latest", MadeImage.Of([Files]));
        await using var broken = new FaultyProxy(registry.Address, (line, _) => line.Contains("/blobs/", StringComparison.Ordinal) ? new Fault { CutAfter = 1000 }
            : line.Contains("/manifests/", StringComparison.Ordinal) ? new Fault { Answer = "500 Oops" } : null);
        WriteHosts("nobody.invalid", $"""
            server = "http://{registry.Address}"
            [host."http://127.0.0.1:1"]
            [host."http://{broken.Address}"]
            """);
        using var store = new OpenStore(_folder["data"], Options());
        await store.Service.PullAsync(ImageReference.Parse("nobody.invalid/fallback"), new PullOptions(), new Progress(), default);
        Assert.Contains(broken.Requests, head => head.StartsWith("GET /v2/fallback/blobs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_may_lie_below_a_path_of_its_own_and_pushes_go_where_they_may()
    {
        var made = MadeImage.Of([Files]);
        await registry.PushAsync("team/app", "latest", made);
        await using var proxy = new FaultyProxy(registry.Address, (_, _) => null);
        WriteHosts("nobody.invalid", $"""
            server = 'http://{registry.Address}/v2/team'
            override_path = true
            [host."http://{proxy.Address}/v2/team"]
              override_path = true
              capabilities = [
                "pull",     # not resolve
              ]
            """);
        using var store = new OpenStore(_folder["data"], Options());
        Image image = (await store.Service.PullAsync(ImageReference.Parse("nobody.invalid/app"), new PullOptions(), new Progress(), default)).Image;
        Assert.DoesNotContain(proxy.Requests, head => head.Contains("/manifests/latest", StringComparison.Ordinal));
        Assert.Contains(proxy.Requests, head => head.StartsWith("GET /v2/team/app/blobs/", StringComparison.Ordinal));

        int before = proxy.Requests.Count;
        store.Service.Tag(image.Id.ToString(), ImageReference.Parse("nobody.invalid/pushed:1"));
        await store.Service.PushAsync(ImageReference.Parse("nobody.invalid/pushed:1"), new PushOptions(), new Progress(), _ => { }, default);
        Assert.Equal(before, proxy.Requests.Count);
        Assert.Contains(made.Digest.ToString(), await Tool.RunAsync("skopeo", "inspect", "--tls-verify=false", $"docker://{registry.Address}/team/pushed:1"));
    }

    [Fact]
    public async Task Certificates_of_an_authority_and_of_a_client_are_taken_from_the_registry_s_folder()
    {
        MadeCertificates.Write(_folder["made"]);
        var secure = await DebianRegistry.WithTlsAsync(_folder["made"]);
        try
        {
            await secure.PushAsync("tls", "latest", MadeImage.Of([Files]));
            var name = ImageReference.Parse($"{secure.Address}/tls");
            // Loopback is insecure by default and hides what is tested: another name for it is not.
            WriteHosts("nobody.invalid", $"""server = "https://{secure.Address}" """);
            var options = Options();
            using var store = new OpenStore(_folder["data"], options);
            await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions(), new Progress(), default));   // no client certificate

            string folder = _folder[$"certs.d/{secure.Address}"];
            Directory.CreateDirectory(folder);
            File.Copy(_folder["made/client.cert"], folder + "/client.cert");
            Assert.Contains("missing key client.key for client certificate client.cert",
                (await Assert.ThrowsAnyAsync<FaultException>(() => store.Service.PullAsync(name, new PullOptions(), new Progress(), default))).Message);
            File.Copy(_folder["made/client.key"], folder + "/client.key");
            File.Copy(_folder["made/ca.crt"], folder + "/ca.crt");
            await store.Service.PullAsync(name, new PullOptions(), new Progress(), default);

            WriteHosts("nobody.invalid", $"""
                server = "https://{secure.Address}"
                ca = "{_folder["made"]}/ca.crt"
                client = [["{_folder["made"]}/client.cert", "{_folder["made"]}/client.key"]]
                """);
            Assert.Equal(PullOutcome.Downloaded, (await store.Service.PullAsync(ImageReference.Parse("nobody.invalid/tls"), new PullOptions(), new Progress(), default)).Outcome);
        }
        finally
        {
            await secure.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_mirror_that_gives_other_bytes_or_does_not_answer_is_left_for_the_registry()
    {
        var made = MadeImage.Of([Files]);
        await registry.PushAsync("wrong", "latest", made);
        await using var corrupt = new FaultyProxy(registry.Address, (line, _) => line.Contains($"/blobs/{made.LayerDigests[0]}", StringComparison.Ordinal) ? new Fault { CorruptAt = 500 } : null);
        using var silent = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        silent.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        silent.Listen(0);
        // Nobody accepts: when the queue is full, connections hang as with a firewall.
        var filling = Enumerable.Range(0, 3).Select(_ => new System.Net.Sockets.TcpClient()).ToList();
        foreach (var one in filling) _ = one.ConnectAsync((System.Net.IPEndPoint)silent.LocalEndPoint!);
        WriteHosts("nobody.invalid", $"""
            server = "http://{registry.Address}"
            [host."http://{silent.LocalEndPoint}"]
              dial_timeout = "200ms"
            [host."http://{corrupt.Address}"]
            """);
        using var store = new OpenStore(_folder["data"], Options());
        var took = System.Diagnostics.Stopwatch.StartNew();
        PullResult pulled = await store.Service.PullAsync(ImageReference.Parse("nobody.invalid/wrong"), new PullOptions(), new Progress(), default);
        Assert.Equal(Files["a"], store.ReadFile(pulled.Image, "a"));
        Assert.InRange(took.Elapsed.TotalSeconds, 0, 10);
        Assert.Contains(corrupt.Requests, head => head.Contains("/blobs/", StringComparison.Ordinal));
        foreach (var one in filling) one.Dispose();
    }

    [Fact]
    public async Task What_a_hosts_file_says_of_the_registry_itself_needs_no_server_in_it()
    {
        await registry.PushAsync("headed", "latest", MadeImage.Of([Files]));
        await using var proxy = new FaultyProxy(registry.Address, (_, _) => null);
        WriteHosts(proxy.Address, """
            [header]
              x-who = "sampan"
            """);
        using var store = new OpenStore(_folder["data"], Options());
        await store.Service.PullAsync(ImageReference.Parse($"{proxy.Address}/headed"), new PullOptions(), new Progress(), default);
        Assert.All(proxy.Requests, head => Assert.Contains("x-who: sampan", head, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_that_a_registry_behind_TLS_sends_to_plain_http_stays_with_TLS()
    {
        MadeCertificates.Write(_folder["made"]);
        var secure = await DebianRegistry.WithTlsAsync(_folder["made"], claimsHttp: true);
        try
        {
            WriteHosts("nobody.invalid", $"""
                server = "https://{secure.Address}"
                ca = "{_folder["made"]}/ca.crt"
                client = [["{_folder["made"]}/client.cert", "{_folder["made"]}/client.key"]]
                """);
            using var store = new OpenStore(_folder["data"], Options());
            var name = ImageReference.Parse("nobody.invalid/app:1");
            await store.Service.ImportAsync(new MemoryStream(MadeImage.TarOf(Files)), new ImportOptions { Reference = name }, default);
            await store.Service.PushAsync(name, new PushOptions(), new Progress(), _ => { }, default);
        }
        finally
        {
            await secure.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_mirror_of_Docker_Hub_has_certificates_by_its_own_name()
    {
        MadeCertificates.Write(_folder["made"]);
        var secure = await DebianRegistry.WithTlsAsync(_folder["made"]);
        try
        {
            await secure.PushAsync("library/app", "latest", MadeImage.Of([Files]));
            Directory.CreateDirectory(_folder[$"certs.d/{secure.Address}"]);
            foreach (string file in (string[])["ca.crt", "client.cert", "client.key"]) File.Copy(_folder["made/" + file], _folder[$"certs.d/{secure.Address}/{file}"]);
            using var store = new OpenStore(_folder["data"], Options() with { Mirrors = [$"https://{secure.Address}/"] });
            Assert.Equal(PullOutcome.Downloaded, (await store.Service.PullAsync(ImageReference.Parse("app"), new PullOptions(), new Progress(), default)).Outcome);
        }
        finally
        {
            await secure.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("[host.\"ftp://x\"]", "'ftp://x' is no http or https address")]
    [InlineData("server = \n", "line 1: '' is no value")]
    [InlineData("\n\nserver = \"a\" b", "line 3: the line should end here")]
    [InlineData("[host.\"http://a\"]\ncapabilities = [\"fly\"]", "unknown capability 'fly' of 'http://a'")]
    [InlineData("[host.\"http://a\"]\nclient = [[\"a\"]]", "'client' must hold files or pairs of files")]
    [InlineData("[host.\"http://a\"]\ndial_timeout = \"soon\"", "'soon' is no duration")]
    [InlineData("[host.\"http://a\"]\nuser = \"ann\"", "unknown key 'user' of 'http://a'")]
    [InlineData("mirrors = [\"http://a\"]", "unknown key 'mirrors'")]
    [InlineData("[[host]]", "an array of tables is not understood here")]
    [InlineData("server = \"a", "'\"' is expected")]
    public async Task A_hosts_file_that_cannot_be_read_is_named_with_the_place(string content, string message)
    {
        WriteHosts("nobody.invalid", content);
        using var store = new OpenStore(_folder["data"], Options());
        var fault = await Assert.ThrowsAsync<FaultException>(() => store.Service.PullAsync(ImageReference.Parse("nobody.invalid/x"), new PullOptions(), new Progress(), default));
        Assert.Equal(FaultKind.InvalidArgument, fault.Kind);
        Assert.StartsWith($"cannot read '{_folder["certs.d/nobody.invalid/hosts.toml"]}': ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(message, fault.Message, StringComparison.Ordinal);
    }

    private RegistryOptions Options() => new() { HostFolders = [_folder["certs.d"]], RetryDelay = TimeSpan.FromMilliseconds(5), IdleTimeout = TimeSpan.FromSeconds(20) };

    private void WriteHosts(string domain, string content)
    {
        Directory.CreateDirectory(_folder[$"certs.d/{domain}"]);
        File.WriteAllText(_folder[$"certs.d/{domain}/hosts.toml"], content);
    }
}
