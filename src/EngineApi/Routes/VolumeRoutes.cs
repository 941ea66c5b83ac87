using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>Volumes. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Volume</summary>
internal sealed class VolumeRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table =>
    [
        Route.Get("/volumes", "VolumeList", List),
        Route.Get("/volumes/{name}", "VolumeInspect", Inspect),
        Route.Post("/volumes/create", "VolumeCreate", Create),
        Route.Post("/volumes/prune", "VolumePrune", Prune),
        new("PUT", "/volumes/{name}", "VolumeUpdate", static _ => throw new FaultException(FaultKind.Unavailable,
            "volume update only valid for cluster volumes, but swarm is unavailable"), RouteStatus.NoSwarm),
        Route.Delete("/volumes/{name}", "VolumeDelete", Delete),
    ];

    private Task List(ApiRequest request) =>
        request.WriteJsonAsync(engine.Volumes.List(request.Filters()), DockerJson.Wire.VolumeListResponse);

    private Task Inspect(ApiRequest request) => request.WriteJsonAsync(engine.Volumes.Inspect(request.Name), DockerJson.Wire.Volume);

    private async Task Create(ApiRequest request)
    {
        var create = await request.ReadJsonAsync(DockerJson.Wire.VolumeCreateRequest) ?? new VolumeCreateRequest();
        await request.WriteJsonAsync(engine.Volumes.Create(create), DockerJson.Wire.Volume, StatusCodes.Status201Created);
    }

    private Task Delete(ApiRequest request)
    {
        engine.Volumes.Remove(request.Name, request.Flag("force"));
        return request.NoContent();
    }

    private Task Prune(ApiRequest request)
    {
        var filters = request.Filters();
        if (request.Version.IsBelow(42)) filters = filters.With("all", "true"); // named volumes too, before 1.42
        return request.WriteJsonAsync(engine.Volumes.Prune(filters), DockerJson.Wire.VolumesPruneReport);
    }
}
