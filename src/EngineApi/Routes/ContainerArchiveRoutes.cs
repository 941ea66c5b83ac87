using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Engine.Archives;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>Files of a container as tar streams: docker cp and docker export.</summary>
internal sealed class ContainerArchiveRoutes(EngineHost engine)
{
    private readonly ContainerService _containers = engine.Containers;

    internal IEnumerable<Route> Table =>
    [
        Route.Head("/containers/{name}/archive", "ContainerArchiveInfo", Stat),
        Route.Get("/containers/{name}/archive", "ContainerArchive", Get),
        Route.Put("/containers/{name}/archive", "PutContainerArchive", Put),
        Route.Get("/containers/{name}/export", "ContainerExport", Export),
    ];

    private Task Stat(ApiRequest request)
    {
        SetStatHeader(request, _containers.StatPath(request.Name, PathOf(request)));
        return request.Answer(StatusCodes.Status200OK);
    }

    private async Task Get(ApiRequest request)
    {
        using var archive = _containers.GetArchive(request.Name, PathOf(request));
        SetStatHeader(request, archive.Stat);
        request.Http.Response.ContentType = StreamTypes.Tar;
        await archive.WriteAsync(request.Http.Response.Body, request.Aborted);
    }

    private async Task Put(ApiRequest request)
    {
        await _containers.PutArchiveAsync(request.Name, PathOf(request), request.Body, new PutArchiveOptions
        {
            NoOverwriteDirNonDir = request.Flag("noOverwriteDirNonDir"),
            CopyUidGid = request.Flag("copyUIDGID"),
        }, request.Aborted);
        await request.Answer(StatusCodes.Status200OK);
    }

    private Task Export(ApiRequest request)
    {
        request.Http.Response.ContentType = StreamTypes.Tar;
        return _containers.ExportAsync(request.Name, request.Http.Response.Body, request.Aborted);
    }

    private static string PathOf(ApiRequest request) => request.Text("path") is { Length: > 0 } path ? path
        : throw new FaultException(FaultKind.InvalidArgument, "bad parameter: pathcannot be empty"); // dockerd's text, without its space

    private static void SetStatHeader(ApiRequest request, ContainerPathStat stat) =>
        request.Http.Response.Headers["X-Docker-Container-Path-Stat"] =
            Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(stat, DockerJson.Wire.ContainerPathStat));
}
