using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Faults;
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
        new("POST", "/networks/{id}/connect", "NetworkConnect", Connect, RouteStatus.Refused),
        new("POST", "/networks/{id}/disconnect", "NetworkDisconnect", Disconnect, RouteStatus.Refused),
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
        var create = await request.ReadJsonAsync(DockerJson.Wire.NetworkCreateRequest) ?? throw NoBody();
        if (request.Version.IsBelow(48)) create = create with { EnableIPv4 = null };
        await request.WriteJsonAsync(engine.Networks.Create(create), DockerJson.Wire.NetworkCreateResponse, StatusCodes.Status201Created);
    }

    // What is wrong with the request is said before that it is not supported.
    private async Task Connect(ApiRequest request)
    {
        var connect = await request.ReadJsonAsync(DockerJson.Wire.NetworkConnectRequest) ?? throw NoBody();
        throw Refuse(request.Name, connect.Container, "connecting an existing container to a network (NetworkConnect)");
    }

    private async Task Disconnect(ApiRequest request)
    {
        var disconnect = await request.ReadJsonAsync(DockerJson.Wire.NetworkDisconnectRequest) ?? throw NoBody();
        throw Refuse(request.Name, disconnect.Container, "disconnecting a container from a network (NetworkDisconnect)");
    }

    /// <exception cref="FaultException">NotFound: the network or the container.</exception>
    private FaultException Refuse(string network, string container, string what)
    {
        engine.Networks.Inspect(network);
        engine.Containers.Inspect(container, size: false);
        return new FaultException(FaultKind.NotSupported, $"{what} is not supported by this engine yet");
    }

    private static FaultException NoBody() => new(FaultKind.InvalidArgument, "invalid JSON: got EOF while reading request body");

    private Task Delete(ApiRequest request)
    {
        engine.Networks.Remove(request.Name);
        return request.NoContent();
    }

    private Task Prune(ApiRequest request) =>
        request.WriteJsonAsync(engine.Networks.Prune(request.Filters()), DockerJson.Wire.NetworksPruneReport);
}
