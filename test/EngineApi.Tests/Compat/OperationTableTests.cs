using System.Runtime.CompilerServices;
using System.Text;
using Sampan.EngineApi.Http;
using Sampan.EngineApi.Routes;
using Sampan.Engine;

namespace Sampan.EngineApi.Tests.Compat;

/// <summary>docs/compat/docker-api.md is printed from the route tables. SAMPAN_UPDATE_DOCS=1 writes it anew.</summary>
public sealed class OperationTableTests
{
    private sealed record Operation(string Method, string Path, string Id, string Noun);

    // Only the tables are looked at: no route is called, so no service is needed.
    private static readonly IReadOnlyList<Route> Routes = [.. ApiRoutes.All((EngineHost)RuntimeHelpers.GetUninitializedObject(typeof(EngineHost)))];

    private static readonly IReadOnlyList<Operation> Operations =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Compat", "operations-1.51.txt"))
            .Select(line => line.Split(' ')).Select(fields => new Operation(fields[0], fields[1], fields[2], fields[3])),
    ];

    [Fact]
    public void Every_one_of_the_107_operations_has_exactly_one_route()
    {
        Assert.Equal(107, Operations.Count);
        string[] served = [.. Routes.Where(route => route.Operation is not null).Select(route => route.Operation!).Order(StringComparer.Ordinal)];
        Assert.Equal(Operations.Select(operation => operation.Id).Order(StringComparer.Ordinal), served);
    }

    [Fact]
    public void Every_operation_is_found_at_its_documented_path()
    {
        var table = new RouteTable(Routes);
        foreach (var operation in Operations)
        {
            string path = operation.Path.Replace("{id}", "a1b2", StringComparison.Ordinal).Replace("{name}", "registry.local:5000/app/web", StringComparison.Ordinal);
            Assert.Equal(operation.Id, table.Find(operation.Method, path, out _)?.Operation);
        }
    }

    [Fact]
    public void The_compat_page_says_what_the_tables_say()
    {
        string page = Path.Combine(Repository(), "docs", "compat", "docker-api.md");
        string expected = Page();
        if (Environment.GetEnvironmentVariable("SAMPAN_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(page)!);
            File.WriteAllText(page, expected);
        }
        Assert.Equal(expected, File.ReadAllText(page));
    }

    private static string Page()
    {
        var byId = Routes.Where(route => route.Operation is not null).ToDictionary(route => route.Operation!);
        int works = Operations.Count(operation => byId[operation.Id].Status == RouteStatus.Works);
        int noSwarm = Operations.Count(operation => byId[operation.Id].Status == RouteStatus.NoSwarm);
        var page = new StringBuilder($"""
            # Docker Engine API 1.51: what is served

            Printed from the route tables in `src/EngineApi/Routes` by `OperationTableTests`; do not edit. Versions 1.24 to 1.51 are served, with
            and without the version in the path. {Operations.Count} operations: {works} work, {noSwarm} answer as a dockerd outside a swarm does (503),
            {Operations.Count - works - noSwarm} are refused with a 501 that names them. A field of a request that is known but not supported is refused
            in the same way.

            """);
        foreach (var noun in Operations.GroupBy(operation => operation.Noun))
        {
            page.Append($"\n## {noun.Key}\n\n| operation | request | status |\n|---|---|---|\n");
            foreach (var operation in noun)
                page.Append($"| {operation.Id} | `{operation.Method} {operation.Path}` | {Word(byId[operation.Id].Status)} |\n");
        }
        return page.ToString();
    }

    private static string Word(RouteStatus status) => status switch
    {
        RouteStatus.Works => "works",
        RouteStatus.NoSwarm => "503, no swarm",
        _ => "501",
    };

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Sampan.slnx"))) return folder.FullName;
        throw new InvalidOperationException("not inside the repository");
    }
}
