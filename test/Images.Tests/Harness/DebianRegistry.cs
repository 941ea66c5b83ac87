using System.Diagnostics;
using System.Net.Http.Headers;

namespace Sampan.Images.Tests.Harness;

/// <summary>Debian's docker-registry on a loopback port of its own, with an <c>auth</c> section when wanted.</summary>
public sealed class DebianRegistry : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _auth;
    private readonly AuthenticationHeaderValue? _authorization;
    private string? _certificates;
    private bool _claimsHttp;
    private Process? _process;

    public DebianRegistry() : this("", null) { }

    private DebianRegistry(string auth, AuthenticationHeaderValue? authorization) => (_auth, _authorization) = (auth, authorization);

    public string Address { get; } = $"127.0.0.1:{Ports.Free()}";

    /// <summary>Takes basic credentials: "ann" with "secret".</summary>
    public static async Task<DebianRegistry> WithPasswordAsync()
    {
        string line = await Tool.RunAsync("htpasswd", "-Bbn", "ann", "secret");
        var registry = new DebianRegistry("auth: {htpasswd: {realm: test, path: HTPASSWD}}", new AuthenticationHeaderValue("Basic", Convert.ToBase64String("ann:secret"u8)));
        await File.WriteAllTextAsync(registry._folder["HTPASSWD"], line.Trim() + "\n");
        await registry.InitializeAsync();
        return registry;
    }

    /// <summary>Takes bearer tokens of <paramref name="server"/>.</summary>
    public static async Task<DebianRegistry> WithTokensAsync(TokenServer server)
    {
        var registry = new DebianRegistry($"auth: {{token: {{realm: '{server.Realm}', service: {TokenServer.Service}, issuer: {TokenServer.Issuer}, rootcertbundle: CERTIFICATE}}}}",
            new AuthenticationHeaderValue("Bearer", server.Token("*", "pull", "push")));
        await File.WriteAllTextAsync(registry._folder["CERTIFICATE"], server.CertificatePem);
        await registry.InitializeAsync();
        return registry;
    }

    /// <summary>Speaks TLS only, and only to clients of the same authority. The files are those of <see cref="MadeCertificates"/>.</summary>
    /// <param name="claimsHttp">Sends uploads to an address by plain HTTP, as one that does not know of the proxy before it.</param>
    internal static async Task<DebianRegistry> WithTlsAsync(string certificates, bool claimsHttp = false)
    {
        var registry = new DebianRegistry { _certificates = certificates, _claimsHttp = claimsHttp };
        await registry.InitializeAsync();
        return registry;
    }

    public async Task InitializeAsync()
    {
        string config = _folder["config.yml"];
        string auth = _auth.Replace("HTPASSWD", _folder["HTPASSWD"]).Replace("CERTIFICATE", _folder["CERTIFICATE"]);
        await File.WriteAllLinesAsync(config,
            ["version: 0.1", "log: {level: error}", $"storage: {{filesystem: {{rootdirectory: '{_folder["storage"]}'}}, delete: {{enabled: true}}}}", $"http: {{addr: '{Address}'{Tls}}}", auth]);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", config]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = Client();
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(20); await Task.Delay(20))
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"{Scheme}://{Address}/v2/"));
                return;
            }
            catch (HttpRequestException)
            {
                // not listening yet
            }
        }
        throw new TimeoutException("docker-registry did not answer in 20 s");
    }

    /// <summary>Puts an image there, blob by blob, exactly as given.</summary>
    public async Task PushAsync(string repository, string tag, MadeImage image)
    {
        using var http = Client();
        http.DefaultRequestHeaders.Authorization = _authorization;
        foreach (byte[] blob in image.Blobs) await PushBlobAsync(http, repository, blob);
        foreach (var child in image.Children) await PushManifestAsync(http, repository, child.Digest.ToString(), child.MediaType, child.Content);
        await PushManifestAsync(http, repository, tag, image.MediaType, image.Manifest);
    }

    private string Scheme => _certificates is null ? "http" : "https";

    private string Tls => _certificates is null ? "" : $", tls: {{certificate: '{_certificates}/server.cert', key: '{_certificates}/server.key', clientcas: ['{_certificates}/ca.crt']}}{(_claimsHttp ? $", host: 'http://{Address}'" : "")}";

    private HttpClient Client()
    {
        var handler = new SocketsHttpHandler();
        if (_certificates is null) return new HttpClient(handler);
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificates = [System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile($"{_certificates}/client.cert", $"{_certificates}/client.key")];
        return new HttpClient(handler);
    }

    private async Task PushBlobAsync(HttpClient http, string repository, byte[] blob)
    {
        using var begun = await http.PostAsync(new Uri($"{Scheme}://{Address}/v2/{repository}/blobs/uploads/"), null);
        begun.EnsureSuccessStatusCode();
        var url = new UriBuilder(begun.Headers.Location!);
        url.Query = $"{url.Query.TrimStart('?')}&digest={Uri.EscapeDataString(Specs.Oci.Image.Digest.Of(blob).ToString())}";
        using var put = await http.PutAsync(url.Uri, new ByteArrayContent(blob));
        put.EnsureSuccessStatusCode();
    }

    private async Task PushManifestAsync(HttpClient http, string repository, string tag, string mediaType, byte[] manifest)
    {
        var content = new ByteArrayContent(manifest);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        using var put = await http.PutAsync(new Uri($"{Scheme}://{Address}/v2/{repository}/manifests/{tag}"), content);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        _folder.Dispose();
    }
}
