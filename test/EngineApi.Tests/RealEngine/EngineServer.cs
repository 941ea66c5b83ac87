using System.Formats.Tar;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Engine;
using Sampan.Images;
using Sampan.Networks;
using Sampan.Snapshots;
using Sampan.Volumes;

namespace Sampan.EngineApi.Tests.RealEngine;

/// <summary>A whole engine on a data root of its own behind a real socket, without a container ever started: that needs the published
/// runtime and is the end-to-end suite's work. <see cref="Http"/> is an ordinary client.</summary>
public sealed class EngineServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-api-").FullName;
    private ImageService _images = null!;
    private NetworkManager _networks = null!;
    private EngineApiServer _server = null!;

    internal HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        string socket = Path.Combine(_folder, "api.sock");
        var options = new DaemonOptions
        {
            Hosts = ["unix://" + socket],
            DataRoot = Path.Combine(_folder, "data"),
            ExecRoot = Path.Combine(_folder, "exec"),
            RuntimePath = "/bin/true",
        };
        Directory.CreateDirectory(options.DataRoot);
        Directory.CreateDirectory(options.ExecRoot);
        var logs = NullLoggerFactory.Instance;
        _images = ImageService.Open(new ImageServiceOptions { Root = Path.Combine(options.DataRoot, "image") },
            Snapshotters.Open(Path.Combine(options.DataRoot, "snapshots"), "native"), logs);
        _networks = new NetworkManager(new NetworkOptions { StateDirectory = Path.Combine(options.DataRoot, "networks") }, NullLogger.Instance);
        var engine = new EngineHost(options, _images, _networks, new VolumeStore(Path.Combine(options.DataRoot, "volumes")), _ => null, logs);
        _server = await EngineApiServer.StartAsync(engine, logs);
        Http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await client.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(client, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://docker"), Timeout = TimeSpan.FromSeconds(60) };
    }

    internal async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string target, string? json = null)
    {
        using var request = new HttpRequestMessage(method, target);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    internal Task<(int Status, JsonElement Body)> GetAsync(string target) => SendAsync(HttpMethod.Get, target);

    internal Task<(int Status, JsonElement Body)> PostAsync(string target, string? json = null) => SendAsync(HttpMethod.Post, target, json);

    internal Task<(int Status, JsonElement Body)> DeleteAsync(string target) => SendAsync(HttpMethod.Delete, target);

    internal async Task<string> MessageAsync(HttpMethod method, string target, string? json = null) =>
        (await SendAsync(method, target, json)).Body.GetProperty("message").GetString()!;

    /// <summary>Makes an image of one file whose content is the name, and returns its id.</summary>
    internal async Task<string> ImportAsync(string name, string query = "")
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, "name") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(name)) });
        }
        tar.Position = 0;
        using var content = new StreamContent(tar);
        content.Headers.ContentType = new("application/x-tar");
        using var response = await Http.PostAsync($"/images/create?fromSrc=-&repo={Uri.EscapeDataString(name)}{query}", content);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.GetProperty("status").GetString()!;
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        _networks.Dispose();
        _images.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
