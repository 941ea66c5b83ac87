using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Tests.Door;

public sealed class StreamTests
{
    [Fact]
    public async Task Headers_go_out_before_the_answer_is_known()
    {
        var exit = new TaskCompletionSource<long>();
        await using var server = await TestServer.StartAsync(Route.Post("/wait", null, async request =>
        {
            await request.StartStreamAsync("application/json");
            await JsonLines.WriteAsync(request, new ContainerWaitResponse { StatusCode = await exit.Task }, DockerJson.Wire.ContainerWaitResponse);
        }));
        using var connection = await server.ConnectAsync();
        await connection.WriteAsync("POST /wait HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK", await connection.ReadUntilAsync("\r\n\r\n"));
        exit.SetResult(7);
        Assert.Contains("{\"StatusCode\":7}\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_the_work()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(Route.Get("/events", null, async request =>
        {
            await request.StartStreamAsync("application/json");
            request.Aborted.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, request.Aborted);
        }));
        using (var connection = await server.ConnectAsync())
        {
            await connection.WriteAsync("GET /events HTTP/1.1\r\nHost: docker\r\n\r\n");
            await connection.ReadUntilAsync("\r\n\r\n");
        }
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task An_error_before_the_first_progress_line_keeps_its_status()
    {
        await using var server = await TestServer.StartAsync(Route.Post("/pull", null, request =>
            new ProgressStream(request).RunAsync(_ => throw new FaultException(FaultKind.NotFound, "manifest unknown"))));
        var response = await server.SendAsync("POST", "/pull");
        Assert.Equal((404, "{\"message\":\"manifest unknown\"}\n"), (response.Status, response.Body));
    }

    [Fact]
    public async Task A_later_error_is_the_last_line_of_the_stream()
    {
        await using var server = await TestServer.StartAsync(Route.Post("/pull", null, request =>
            new ProgressStream(request).RunAsync(async progress =>
            {
                progress.Report(new PullProgress("Pulling from library/busybox", "latest"));
                await Task.Yield();
                throw new FaultException(FaultKind.Unavailable, "connection reset");
            })));
        var response = await server.SendAsync("POST", "/pull");
        Assert.Equal(200, response.Status);
        Assert.Contains("{\"status\":\"Pulling from library/busybox\",\"id\":\"latest\"}\r\n", response.Body, StringComparison.Ordinal);
        Assert.Contains("{\"errorDetail\":{\"message\":\"connection reset\"},\"error\":\"connection reset\"}\r\n", response.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FaultKind.InvalidArgument, 400)]
    [InlineData(FaultKind.PermissionDenied, 403)]
    [InlineData(FaultKind.NotFound, 404)]
    [InlineData(FaultKind.Conflict, 409)]
    [InlineData(FaultKind.AlreadyExists, 409)]
    [InlineData(FaultKind.Internal, 500)]
    [InlineData(FaultKind.NotSupported, 501)]
    [InlineData(FaultKind.Unavailable, 503)]
    public async Task Every_kind_of_fault_has_its_status(FaultKind kind, int status)
    {
        await using var server = await TestServer.StartAsync(Route.Get("/fail", null, _ => throw new FaultException(kind, "why \"it\" failed")));
        var response = await server.SendAsync("GET", "/fail");
        Assert.Equal((status, "{\"message\":\"why \\\"it\\\" failed\"}\n"), (response.Status, response.Body));
    }

    [Fact]
    public async Task A_kept_connection_serves_many_requests()
    {
        await using var server = await TestServer.StartAsync(Route.Get("/ok", null, request => request.Answer(StatusCodes.Status204NoContent)));
        using var connection = await server.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await connection.WriteAsync("GET /ok HTTP/1.1\r\nHost: docker\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 204", await connection.ReadUntilAsync("\r\n\r\n"));
        }
    }
}
