using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>Networks. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Network</summary>
internal sealed class NetworkRoutes(EngineHost engine)
{
    internal IEnumerable<Route> Table =>
    [
        Route.Get("/networks", "NetworkList", List),
        Route.Get("/networks/", null, List),
        Route.Get("/networks/{id}", "NetworkInspect", Inspect),
        Route.Post("/networks/create", "NetworkCreate", Create),
        Route.Post("/networks/prune", "NetworkPrune", Prune),
        RefusedRoutes.Refused("POST", "/networks/{id}/connect", "NetworkConnect", "connecting an existing container to a network"),
        RefusedRoutes.Refused("POST", "/networks/{id}/disconnect", "NetworkDisconnect", "disconnecting a container from a network"),
        Route.Delete("/networks/{id}", "NetworkDelete", Delete),
    ];

    private Task List(ApiRequest request)
    {
        var filters = request.Filters();
        filters.Validate("dangling", "driver", "id", "label", "name", "scope", "type");
        return request.WriteJsonAsync(engine.Networks.List(filters), DockerJson.Wire.IReadOnlyListNetworkInspect);
    }

    private Task Inspect(ApiRequest request) =>
        request.WriteJsonAsync(engine.Networks.Inspect(request.Name), DockerJson.Wire.NetworkInspect);

    private async Task Create(ApiRequest request)
    {
        var create = await request.ReadJsonAsync(DockerJson.Wire.NetworkCreateRequest) ?? new NetworkCreateRequest();
        if (request.Version.IsBelow(48)) create = create with { EnableIPv4 = null };
        await request.WriteJsonAsync(engine.Networks.Create(create), DockerJson.Wire.NetworkCreateResponse, StatusCodes.Status201Created);
    }

    private Task Delete(ApiRequest request)
    {
        engine.Networks.Remove(request.Name);
        return request.NoContent();
    }

    private Task Prune(ApiRequest request) =>
        request.WriteJsonAsync(engine.Networks.Prune(request.Filters()), DockerJson.Wire.NetworksPruneReport);
}
