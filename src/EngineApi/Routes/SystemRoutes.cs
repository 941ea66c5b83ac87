using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>The engine itself. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System</summary>
internal sealed class SystemRoutes(EngineHost engine)
{
    private static readonly byte[] Ok = "OK"u8.ToArray();

    internal IEnumerable<Route> Table =>
    [
        Route.Get("/_ping", "SystemPing", Ping),
        Route.Head("/_ping", "SystemPingHead", Ping),
        Route.Get("/version", "SystemVersion", Version),
        Route.Get("/info", "SystemInfo", Info),
        Route.Get("/system/df", "SystemDataUsage", DiskUsage),
        Route.Post("/build/prune", "BuildPrune", PruneBuildCache),
    ];

    private static Task Ping(ApiRequest request)
    {
        var response = request.Http.Response;
        response.Headers.CacheControl = "no-cache, no-store, must-revalidate";
        response.Headers.Pragma = "no-cache";
        response.Headers["Builder-Version"] = "1"; // no BuildKit here
        response.Headers["Swarm"] = "inactive";
        response.ContentType = "text/plain; charset=utf-8";
        if (HttpMethods.IsHead(request.Http.Request.Method))
        {
            response.ContentLength = 0;
            return Task.CompletedTask;
        }
        response.ContentLength = Ok.Length;
        return response.BodyWriter.WriteAsync(Ok, request.Aborted).AsTask();
    }

    private Task Version(ApiRequest request) => request.WriteJsonAsync(engine.System.Version(), DockerJson.Wire.VersionResponse);

    private Task Info(ApiRequest request) =>
        request.WriteJsonAsync(OlderVersions.Adapt(engine.System.Info(), request.Version), DockerJson.Wire.SystemInfoResponse);

    private Task DiskUsage(ApiRequest request)
    {
        bool everything = request.Version.IsBelow(42) || !request.Has("type");
        var types = request.Many("type");
        foreach (string type in types)
            if (type is not ("container" or "image" or "volume" or "build-cache"))
                throw new FaultException(FaultKind.InvalidArgument, $"unknown object type: {type}");
        var all = engine.System.DiskUsage();
        bool images = everything || types.Contains("image");
        var answer = all with
        {
            LayersSize = images ? all.LayersSize : 0,
            Images = images ? OlderVersions.Adapt(all.Images ?? [], request.Version, counted: true) : null,
            Containers = everything || types.Contains("container") ? all.Containers ?? [] : null,
            Volumes = everything || types.Contains("volume") ? all.Volumes ?? [] : null,
            BuildCache = everything || types.Contains("build-cache") ? all.BuildCache ?? [] : null,
        };
        return request.WriteJsonAsync(answer, DockerJson.Wire.DiskUsageResponse);
    }

    /// <summary>There is no build cache, so there is nothing to prune: true, not a stub.</summary>
    private static Task PruneBuildCache(ApiRequest request) =>
        request.WriteJsonAsync(new BuildCachePruneReport(), DockerJson.Wire.BuildCachePruneReport);
}
