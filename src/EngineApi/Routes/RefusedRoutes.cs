using Sampan.EngineApi.Http;
using Sampan.Faults;

namespace Sampan.EngineApi.Routes;

/// <summary>Operations this engine does not do yet. Each answers 501 and says its name, so that nobody takes silence for success.</summary>
internal static class RefusedRoutes
{
    internal static IEnumerable<Route> Table =>
    [
        Refused("GET", "/containers/{name}/checkpoints", null, "checkpoints"),
        Refused("POST", "/containers/{name}/checkpoints", null, "checkpoints"),
        Refused("POST", "/build", "ImageBuild", "building images", "build with another tool and docker load the result"),
        Refused("POST", "/build/cancel", null, "building images"),
        Refused("POST", "/session", "Session", "BuildKit sessions"),
        Refused("POST", "/grpc", null, "BuildKit"),
        Refused("GET", "/plugins/privileges", "GetPluginPrivileges", "plugins"),
        Refused("POST", "/plugins/pull", "PluginPull", "plugins"),
        Refused("POST", "/plugins/create", "PluginCreate", "plugins"),
        Refused("POST", "/plugins/{name}/enable", "PluginEnable", "plugins"),
        Refused("POST", "/plugins/{name}/disable", "PluginDisable", "plugins"),
        Refused("POST", "/plugins/{name}/upgrade", "PluginUpgrade", "plugins"),
        Refused("POST", "/plugins/{name}/push", "PluginPush", "plugins"),
        Refused("POST", "/plugins/{name}/set", "PluginSet", "plugins"),
        PluginList,
        Missing("GET", "/plugins/{name}/json", "PluginInspect"),
        Missing("DELETE", "/plugins/{name}", "PluginDelete"),
    ];

    internal static Route Refused(string method, string pattern, string? operation, string what, string? advice = null) =>
        new(method, pattern, operation, _ => throw new FaultException(FaultKind.NotSupported,
            $"{what} ({operation ?? $"{method} {pattern}"}) is not supported by this engine yet{(advice is null ? "" : "; " + advice)}"), RouteStatus.Refused);

    /// <summary>True: there are none, and there can be none.</summary>
    private static Route PluginList => Route.Get("/plugins", "PluginList", static request =>
    {
        request.Http.Response.ContentType = "application/json";
        return request.Http.Response.BodyWriter.WriteAsync("[]\n"u8.ToArray(), request.Aborted).AsTask();
    });

    private static Route Missing(string method, string pattern, string operation) => new(method, pattern, operation,
        request => throw new FaultException(FaultKind.NotFound, $"plugin \"{request.Name}\" not found"));
}
