using Sampan.EngineApi.Http;

namespace Sampan.EngineApi.Tests.Door;

public sealed class VersionTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(Route.Get("/speaks", null,
        async request => await request.Http.Response.BodyWriter.WriteAsync(System.Text.Encoding.UTF8.GetBytes(request.Version.ToString()))));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("/speaks", "1.51")]
    [InlineData("/v1.51/speaks", "1.51")]
    [InlineData("/v1.24/speaks", "1.24")]
    [InlineData("/v1.40/speaks", "1.40")]
    public async Task The_version_of_the_path_is_the_version_served(string target, string version)
    {
        var response = await _server.SendAsync("GET", target);
        Assert.Equal(200, response.Status);
        Assert.Contains(version, response.Body, StringComparison.Ordinal);
        Assert.Equal(("1.51", "linux"), (response.Headers["Api-Version"], response.Headers["Ostype"]));
    }

    [Fact]
    public async Task A_newer_client_is_told_the_newest_version()
    {
        var response = await _server.SendAsync("GET", "/v1.52/speaks");
        Assert.Equal(400, response.Status);
        Assert.Equal("{\"message\":\"client version 1.52 is too new. Maximum supported API version is 1.51\"}\n", response.Body);
        Assert.Equal("1.51", response.Headers["Api-Version"]); // what clients negotiate down to
    }

    [Fact]
    public async Task An_older_client_is_told_in_plain_text()
    {
        var response = await _server.SendAsync("GET", "/v1.23/speaks");
        Assert.Equal(400, response.Status);
        Assert.Equal("client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n", response.Body);
    }

    [Theory]
    [InlineData("GET", "/v1.51/nothing")]
    [InlineData("POST", "/speaks")]
    [InlineData("GET", "/")]
    public async Task An_unknown_path_or_method_is_page_not_found(string method, string target)
    {
        var response = await _server.SendAsync(method, target);
        Assert.Equal((404, "{\"message\":\"page not found\"}\n"), (response.Status, response.Body));
    }
}
