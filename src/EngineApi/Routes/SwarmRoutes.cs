using Sampan.EngineApi.Http;
using Sampan.Faults;

namespace Sampan.EngineApi.Routes;

/// <summary>Swarm. This engine is never part of one, so every operation answers as a dockerd outside a swarm does.</summary>
internal static class SwarmRoutes
{
    private const string NoManager = "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";
    private const string NoMember = "This node is not part of a swarm";

    internal static IEnumerable<Route> Table =>
    [
        RefusedRoutes.Refused("POST", "/swarm/init", "SwarmInit", "swarm mode"),
        RefusedRoutes.Refused("POST", "/swarm/join", "SwarmJoin", "swarm mode"),
        new("POST", "/swarm/leave", "SwarmLeave", static _ => throw new FaultException(FaultKind.Unavailable, NoMember), RouteStatus.NoSwarm),
        Outside("GET", "/swarm", "SwarmInspect"),
        Outside("GET", "/swarm/unlockkey", "SwarmUnlockkey"),
        Outside("POST", "/swarm/update", "SwarmUpdate"),
        Outside("POST", "/swarm/unlock", "SwarmUnlock"),
        Outside("GET", "/nodes", "NodeList"),
        Outside("GET", "/nodes/{id}", "NodeInspect"),
        Outside("DELETE", "/nodes/{id}", "NodeDelete"),
        Outside("POST", "/nodes/{id}/update", "NodeUpdate"),
        Outside("GET", "/services", "ServiceList"),
        Outside("POST", "/services/create", "ServiceCreate"),
        Outside("GET", "/services/{id}/logs", "ServiceLogs"),
        Outside("GET", "/services/{id}", "ServiceInspect"),
        Outside("DELETE", "/services/{id}", "ServiceDelete"),
        Outside("POST", "/services/{id}/update", "ServiceUpdate"),
        Outside("GET", "/tasks", "TaskList"),
        Outside("GET", "/tasks/{id}/logs", "TaskLogs"),
        Outside("GET", "/tasks/{id}", "TaskInspect"),
        Outside("GET", "/secrets", "SecretList"),
        Outside("POST", "/secrets/create", "SecretCreate"),
        Outside("GET", "/secrets/{id}", "SecretInspect"),
        Outside("DELETE", "/secrets/{id}", "SecretDelete"),
        Outside("POST", "/secrets/{id}/update", "SecretUpdate"),
        Outside("GET", "/configs", "ConfigList"),
        Outside("POST", "/configs/create", "ConfigCreate"),
        Outside("GET", "/configs/{id}", "ConfigInspect"),
        Outside("DELETE", "/configs/{id}", "ConfigDelete"),
        Outside("POST", "/configs/{id}/update", "ConfigUpdate"),
    ];

    private static Route Outside(string method, string pattern, string operation) => new(method, pattern, operation,
        static _ => throw new FaultException(FaultKind.Unavailable, NoManager), RouteStatus.NoSwarm);
}
