using Sampan.EngineApi.Http;
using Sampan.Engine;

namespace Sampan.EngineApi.Routes;

/// <summary>Every operation of the Engine API, noun by noun. docs/compat/docker-api.md is printed from these tables.</summary>
internal static class ApiRoutes
{
    internal static RouteTable Of(EngineHost engine) => new(All(engine));

    internal static IEnumerable<Route> All(EngineHost engine) =>
    [
        .. new SystemRoutes(engine).Table,
        .. new EventRoutes(engine).Table,
        .. new ContainerRoutes(engine).Table,
        .. new ContainerStreamRoutes(engine).Table,
        .. new ContainerArchiveRoutes(engine).Table,
        .. new ExecRoutes(engine).Table,
        .. new ImageRoutes(engine).Table,
        .. new RegistryRoutes(engine).Table,
        .. new CheckRoutes(engine).Table,
        .. new ReferrerRoutes(engine).Table,
        .. new ImageTransferRoutes(engine).Table,
        .. new NetworkRoutes(engine).Table,
        .. new VolumeRoutes(engine).Table,
        .. SwarmRoutes.Table,
        .. RefusedRoutes.Table,
    ];
}
