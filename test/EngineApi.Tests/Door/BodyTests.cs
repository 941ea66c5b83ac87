using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Tests.Door;

public sealed class BodyTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(Route.Post("/echo", null, async request =>
    {
        var body = await request.ReadJsonAsync(DockerJson.Wire.ContainerCreateRequest);
        if (body is null) await request.Answer(StatusCodes.Status204NoContent);
        else await request.WriteJsonAsync(new IdResponse { Id = body.Image }, DockerJson.Wire.IdResponse, StatusCodes.Status201Created);
    }));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_document_is_read_and_answered()
    {
        var response = await _server.SendAsync("POST", "/echo", """{"image":"busybox"}""");
        Assert.Equal((201, "{\"Id\":\"busybox\"}\n", "application/json"), (response.Status, response.Body, response.Headers["Content-Type"]));
    }

    [Fact]
    public async Task No_body_is_no_error() => Assert.Equal(204, (await _server.SendAsync("POST", "/echo")).Status);

    [Theory]
    [InlineData("{", "invalid JSON: unexpected EOF")]
    [InlineData(" ", "invalid JSON: got EOF while reading request body")]
    [InlineData("{x}", "invalid JSON: invalid character 'x' looking for beginning of object key string")]
    [InlineData("{} {}", "unexpected content after JSON")]
    [InlineData("""{"HostConfig":{"Memory":"1g"}}""", "invalid JSON: json: cannot unmarshal string into Go struct field ContainerCreateRequest.HostConfig.Memory of type int64")]
    [InlineData("""{"Env":"A=1"}""", "invalid JSON: json: cannot unmarshal the value of ContainerCreateRequest.Env: wrong type")]
    [InlineData("[]", "invalid JSON: json: cannot unmarshal the value of ContainerCreateRequest.: wrong type")]
    public async Task A_malformed_body_is_refused_with_docker_s_text(string json, string message)
    {
        var response = await _server.SendAsync("POST", "/echo", json);
        Assert.Equal(400, response.Status);
        Assert.Equal(message, System.Text.Json.JsonSerializer.Deserialize(response.Body, DockerJson.Wire.ErrorResponse)!.Message);
    }

    [Fact]
    public async Task An_empty_body_in_chunks_is_a_body_that_says_nothing()
    {
        using var connection = await _server.ConnectAsync();
        await connection.WriteAsync("POST /echo HTTP/1.1\r\nHost: docker\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
        string answer = await connection.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("invalid JSON: got EOF while reading request body", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", "unsupported Content-Type header (text/plain): must be 'application/json'")]
    [InlineData("application/x-www-form-urlencoded", "unsupported Content-Type header (application/x-www-form-urlencoded): must be 'application/json'")]
    [InlineData(null, "malformed Content-Type header (): mime: no media type")]
    public async Task Another_content_type_is_refused(string? contentType, string message)
    {
        var response = await _server.SendAsync("POST", "/echo", "{}", contentType);
        Assert.Equal((400, $"{{\"message\":\"{message}\"}}\n"), (response.Status, response.Body));
    }

    [Fact]
    public async Task A_charset_does_not_matter() =>
        Assert.Equal(201, (await _server.SendAsync("POST", "/echo", "{}", "application/json; charset=utf-8")).Status);

    [Fact]
    public async Task An_endless_body_is_refused_before_it_is_read()
    {
        using var connection = await _server.ConnectAsync();
        await connection.WriteAsync($"POST /echo HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {17 << 20}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400", await connection.ReadUntilAsync("\r\n\r\n"));
    }
}
