using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Engine;
using Sampan.Engine.Attach;
using Sampan.Engine.Containers;
using Sampan.Engine.Logs;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>What a container writes and reads: attach, logs, stats.</summary>
internal sealed class ContainerStreamRoutes(EngineHost engine)
{
    private readonly ContainerService _containers = engine.Containers;

    internal IEnumerable<Route> Table =>
    [
        Route.Get("/containers/{name}/logs", "ContainerLogs", Logs),
        Route.Get("/containers/{name}/stats", "ContainerStats", Stats),
        Route.Post("/containers/{name}/attach", "ContainerAttach", Attach),
        Route.Get("/containers/{name}/attach/ws", "ContainerAttachWebsocket", AttachWebSocket),
    ];

    private async Task Attach(ApiRequest request)
    {
        // Registered before the 101: what the container writes once the client knows it is attached is not lost.
        var options = AttachOptionsOf(request);
        var attachment = await _containers.AttachAsync(request.Name, options, request.Aborted);
        await using var stream = await request.HijackAsync(StreamTypes.OfStream(attachment.Tty, request.Version));
        await HijackedWork.RunAsync(stream, request.Aborted, async ended =>
        {
            if (options.Logs) await stream.HeadReadAsync(ended);
            await attachment.RunAsync(stream, ended);
        });
    }

    private static AttachOptions AttachOptionsOf(ApiRequest request) => new()
    {
        Stdin = request.Flag("stdin"),
        Stdout = request.Flag("stdout"),
        Stderr = request.Flag("stderr"),
        Logs = request.Flag("logs"),
        Stream = request.Flag("stream"),
        DetachKeys = request.Text("detachKeys") is { Length: > 0 } keys ? keys : null,
    };

    private async Task AttachWebSocket(ApiRequest request)
    {
        _containers.Inspect(request.Name, size: false);   // a container that is not there is said before what is wrong with the handshake
        string accept = WebSocketHandshake.Accept(request.Http.Request.Headers);
        var options = AttachOptionsOf(request) with { Unframed = true };
        if (request.Version.IsBelow(42)) options = options with { Stdin = true, Stdout = true, Stderr = true };
        var attachment = await _containers.AttachAsync(request.Name, options, request.Aborted);
        await using var connection = await request.HijackAsWebSocketAsync(accept);
        await using var stream = new WebSocketStream(connection, request.Version.IsBelow(28));
        await HijackedWork.RunAsync(connection, request.Aborted, ended => attachment.RunAsync(stream, ended));
    }

    private async Task Logs(ApiRequest request)
    {
        bool stdout = request.Flag("stdout"), stderr = request.Flag("stderr");
        if (!stdout && !stderr) throw new FaultException(FaultKind.InvalidArgument, "Bad parameters: you must choose at least one stream");
        var logs = _containers.Logs(request.Name, new ContainerLogOptions
        {
            Stdout = stdout,
            Stderr = stderr,
            Follow = request.Flag("follow"),
            Timestamps = request.Flag("timestamps"),
            Details = request.Flag("details"),
            // dockerd takes anything that is no number, and negative ones, for "all".
            Tail = int.TryParse(request.Text("tail"), out int lines) && lines >= 0 ? lines : null,
            Since = UnixTime.ParseQuery(request.Text("since")),
            Until = UnixTime.ParseQuery(request.Text("until")),
        });
        await request.StartStreamAsync(StreamTypes.OfStream(logs.Tty, request.Version));
        await logs.WriteAsync(request.Http.Response.Body, request.Aborted);
    }

    private async Task Stats(ApiRequest request)
    {
        bool stream = request.Flag("stream", absent: true);
        bool oneShot = !request.Version.IsBelow(41) && request.Flag("one-shot", absent: false);
        if (stream && oneShot) throw new FaultException(FaultKind.InvalidArgument, "cannot have stream=true and one-shot=true");
        var readings = _containers.Stats(request.Name, stream, oneShot, request.Aborted);
        if (!stream)
        {
            await foreach (var reading in readings)
            {
                await request.WriteJsonAsync(reading, DockerJson.Wire.ContainerStats);
                return;
            }
            return;
        }
        await request.StartStreamAsync("application/json");
        await foreach (var reading in readings)
            await JsonLines.WriteAsync(request, reading, DockerJson.Wire.ContainerStats);
    }
}
