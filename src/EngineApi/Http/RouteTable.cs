using System.Collections.Frozen;

namespace Sampan.EngineApi.Http;

/// <summary>All routes; the first match in the order of the tables wins, as in dockerd's router.</summary>
internal sealed class RouteTable(IEnumerable<Route> routes)
{
    private readonly FrozenDictionary<string, Route[]> _byMethod = routes.GroupBy(route => route.Method)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    internal Route? Find(string method, string path, out string name)
    {
        name = "";
        if (!_byMethod.TryGetValue(method, out var candidates)) return null;
        foreach (var route in candidates)
            if (route.TryMatch(path, out name)) return route;
        return null;
    }
}
