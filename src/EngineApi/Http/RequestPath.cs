namespace Sampan.EngineApi.Http;

/// <summary>The path of a request line: version taken off, percent-escapes undone (also %2F: image names come escaped).</summary>
internal readonly record struct RequestPath(string Path, string? Version)
{
    // /v1.51/images/localhost%3A5000%2Fapp/json?manifests=1  →  /images/localhost:5000/app/json, 1.51
    internal static RequestPath Parse(string rawTarget)
    {
        int query = rawTarget.IndexOf('?');
        string path = query < 0 ? rawTarget : rawTarget[..query];
        if (!path.StartsWith('/')) // absolute form, as proxies send it
        {
            int authority = path.IndexOf("://", StringComparison.Ordinal);
            int slash = authority < 0 ? -1 : path.IndexOf('/', authority + 3);
            path = slash < 0 ? "/" : path[slash..];
        }
        path = Uri.UnescapeDataString(path);
        if (!path.StartsWith("/v", StringComparison.Ordinal)) return new(path, null);
        int end = 2;
        while (end < path.Length && (char.IsAsciiDigit(path[end]) || path[end] == '.')) end++;
        return end == 2 || end == path.Length || path[end] != '/' ? new(path, null) : new(path[end..], path[2..end]);
    }
}
