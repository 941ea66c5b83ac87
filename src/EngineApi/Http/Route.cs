namespace Sampan.EngineApi.Http;

/// <summary>Answers one request. Errors are thrown as FaultException and turned into Docker's JSON by the dispatcher.</summary>
internal delegate Task RouteHandler(ApiRequest request);

/// <summary>How far an operation of the API is served; docs/compat/docker-api.md prints it.</summary>
internal enum RouteStatus
{
    /// <summary>As dockerd does.</summary>
    Works,
    /// <summary>As a dockerd that is no swarm manager answers: 503 with its text.</summary>
    NoSwarm,
    /// <summary>501 that names the operation.</summary>
    Refused,
}

/// <summary>One operation of the Engine API.</summary>
/// <param name="Method">GET, HEAD, POST, PUT or DELETE.</param>
/// <param name="Pattern">The path without version; <c>{name}</c> stands for any text, slashes included (image names have them).</param>
/// <param name="Operation">Docker's operationId, or null for a path Docker serves without documenting it.</param>
internal sealed record Route(string Method, string Pattern, string? Operation, RouteHandler Handler, RouteStatus Status = RouteStatus.Works)
{
    private readonly string _prefix = Pattern.IndexOf('{') is int open and >= 0 ? Pattern[..open] : Pattern;
    private readonly string? _suffix = Pattern.IndexOf('}') is int close and >= 0 ? Pattern[(close + 1)..] : null;

    internal static Route Get(string pattern, string? operation, RouteHandler handler) => new("GET", pattern, operation, handler);
    internal static Route Head(string pattern, string? operation, RouteHandler handler) => new("HEAD", pattern, operation, handler);
    internal static Route Post(string pattern, string? operation, RouteHandler handler) => new("POST", pattern, operation, handler);
    internal static Route Put(string pattern, string? operation, RouteHandler handler) => new("PUT", pattern, operation, handler);
    internal static Route Delete(string pattern, string? operation, RouteHandler handler) => new("DELETE", pattern, operation, handler);

    /// <summary>Matches a path without version; <paramref name="name"/> is what stood for the variable, or "".</summary>
    internal bool TryMatch(string path, out string name)
    {
        name = "";
        if (_suffix is null) return path == Pattern;
        if (path.Length <= _prefix.Length + _suffix.Length
            || !path.StartsWith(_prefix, StringComparison.Ordinal) || !path.EndsWith(_suffix, StringComparison.Ordinal)) return false;
        name = path[_prefix.Length..^_suffix.Length];
        return true;
    }
}
