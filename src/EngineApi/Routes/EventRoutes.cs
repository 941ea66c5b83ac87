using Sampan.EngineApi.Http;
using Sampan.EngineApi.Streams;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>What happens. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemEvents</summary>
internal sealed class EventRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table => [Route.Get("/events", "SystemEvents", Events)];

    private async Task Events(ApiRequest request)
    {
        long? since = TimeOf(request.Text("since"));
        long? until = TimeOf(request.Text("until"));
        if (until < since)
            throw new FaultException(FaultKind.InvalidArgument,
                $"`since` time ({request.Text("since")}) cannot be after `until` time ({request.Text("until")})");
        var events = engine.Events.Subscribe(since, until, request.Filters(), request.Aborted);
        await request.StartStreamAsync("application/json");
        await foreach (var message in events)
        {
            // Image create events came with 1.46.
            if (request.Version.IsBelow(46) && message is { Type: "image", Action: "create" }) continue;
            await JsonLines.WriteAsync(request, message, DockerJson.Wire.EventMessage);
        }
    }

    // 0 is a time here, the first one: all that is kept, or nothing that is still to come.
    private static long? TimeOf(string text) => text == "0" ? 0 : UnixTime.ParseQuery(text);
}
