using Microsoft.AspNetCore.Http;
using Sampan.EngineApi.Http;
using Sampan.Engine;
using Sampan.Engine.Containers;
using Sampan.Faults;
using Sampan.Specs.Docker;

namespace Sampan.EngineApi.Routes;

/// <summary>Containers. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container</summary>
internal sealed class ContainerRoutes(EngineHost engine)
{
    private readonly ContainerService _containers = engine.Containers;

    internal IEnumerable<Route> Table =>
    [
        Route.Get("/containers/json", "ContainerList", List),
        Route.Get("/containers/{name}/changes", "ContainerChanges", Changes),
        Route.Get("/containers/{name}/json", "ContainerInspect", Inspect),
        Route.Get("/containers/{name}/top", "ContainerTop", Top),
        Route.Post("/containers/create", "ContainerCreate", Create),
        Route.Post("/containers/prune", "ContainerPrune", Prune),
        Route.Post("/containers/{name}/kill", "ContainerKill", Kill),
        Route.Post("/containers/{name}/pause", "ContainerPause", Pause),
        Route.Post("/containers/{name}/unpause", "ContainerUnpause", Unpause),
        Route.Post("/containers/{name}/restart", "ContainerRestart", Restart),
        Route.Post("/containers/{name}/start", "ContainerStart", Start),
        Route.Post("/containers/{name}/stop", "ContainerStop", Stop),
        Route.Post("/containers/{name}/wait", "ContainerWait", Wait),
        Route.Post("/containers/{name}/resize", "ContainerResize", Resize),
        Route.Post("/containers/{name}/rename", "ContainerRename", Rename),
        Route.Post("/containers/{name}/update", "ContainerUpdate", Update),
        Route.Delete("/containers/{name}", "ContainerDelete", Delete),
    ];

    private Task List(ApiRequest request)
    {
        var filters = request.Filters();
        // "since" and "before" are older forms of the filters of that name.
        foreach (string key in (ReadOnlySpan<string>)["since", "before"])
            if (request.Text(key) is { Length: > 0 } value) filters = filters.With(key, value);
        var list = _containers.List(new ContainerListOptions
        {
            All = request.Flag("all"),
            Limit = request.Integer("limit") ?? 0,
            Size = request.Flag("size"),
            Filters = filters,
        });
        return request.WriteJsonAsync(OlderVersions.Adapt(list, request.Version), DockerJson.Wire.IReadOnlyListContainerSummary);
    }

    private Task Inspect(ApiRequest request) =>
        request.WriteJsonAsync(OlderVersions.Adapt(_containers.Inspect(request.Name, request.Flag("size")), request.Version), DockerJson.Wire.ContainerInspect);

    private Task Changes(ApiRequest request) =>
        request.WriteJsonAsync(_containers.Changes(request.Name), DockerJson.Wire.IReadOnlyListFilesystemChange);

    private async Task Top(ApiRequest request) =>
        await request.WriteJsonAsync(await _containers.TopAsync(request.Name, request.Text("ps_args"), request.Aborted), DockerJson.Wire.ContainerTopResponse);

    private async Task Create(ApiRequest request)
    {
        var body = ContainerCreateBody.Parse(await request.ReadJsonTextAsync());
        var warnings = new List<string>();
        body = CreateRequestVersions.Adapt(body, request.Version, warnings);
        string? platform = !request.Version.IsBelow(41) && request.Text("platform") is { Length: > 0 } wanted ? wanted : null;
        string? name = request.Text("name") is { Length: > 0 } given ? given : null;
        var created = await _containers.CreateAsync(name, body, platform, request.Aborted);
        await request.WriteJsonAsync(created with { Warnings = [.. created.Warnings, .. warnings] },
            DockerJson.Wire.ContainerCreateResponse, StatusCodes.Status201Created);
    }

    private async Task Start(ApiRequest request)
    {
        // Longer than "{}" and friends: a host config, which start took before 1.24.
        if (request.Http.Request.ContentLength > 7 || request.Http.Request.Headers.TransferEncoding.Count > 0)
            throw new FaultException(FaultKind.InvalidArgument,
                "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24");
        if (request.Text("checkpoint").Length > 0)
            throw new FaultException(FaultKind.NotSupported, "starting from a checkpoint is not supported by this engine yet");
        await request.NoContentOrNotModified(await _containers.StartAsync(request.Name, request.Aborted));
    }

    private async Task Stop(ApiRequest request) =>
        await request.NoContentOrNotModified(await _containers.StopAsync(request.Name, StopSignal(request), request.Integer("t"), request.Aborted));

    private async Task Restart(ApiRequest request)
    {
        await _containers.RestartAsync(request.Name, StopSignal(request), request.Integer("t"), request.Aborted);
        await request.NoContent();
    }

    private static string? StopSignal(ApiRequest request) =>
        !request.Version.IsBelow(42) && request.Text("signal") is { Length: > 0 } signal ? signal : null;

    private async Task Kill(ApiRequest request)
    {
        try
        {
            await _containers.KillAsync(request.Name, request.Text("signal") is { Length: > 0 } signal ? signal : null, request.Aborted);
        }
        catch (FaultException fault)
        {
            throw new FaultException(fault.Kind, $"cannot kill container: {request.Name}: {fault.Message}", fault);
        }
        await request.NoContent();
    }

    private async Task Pause(ApiRequest request)
    {
        await _containers.PauseAsync(request.Name, request.Aborted);
        await request.NoContent();
    }

    private async Task Unpause(ApiRequest request)
    {
        await _containers.UnpauseAsync(request.Name, request.Aborted);
        await request.NoContent();
    }

    /// <summary>The headers go out as soon as the wait is registered: docker run starts the container only then.</summary>
    private async Task Wait(ApiRequest request)
    {
        var condition = request.Version.IsBelow(30) ? WaitCondition.NotRunning : request.Text("condition") switch
        {
            "" or "not-running" => WaitCondition.NotRunning,
            "next-exit" => WaitCondition.NextExit,
            "removed" => WaitCondition.Removed,
            var other => throw new FaultException(FaultKind.InvalidArgument, $"invalid condition: \"{other}\""),
        };
        var exit = _containers.Wait(request.Name, condition, request.Aborted);
        if (request.Version.IsBelow(30))
        {
            await request.WriteJsonAsync(await exit, DockerJson.Wire.ContainerWaitResponse);
            return;
        }
        if (exit.IsFaulted) await exit;
        await request.StartStreamAsync("application/json");
        await Streams.JsonLines.WriteAsync(request, await exit, DockerJson.Wire.ContainerWaitResponse);
    }

    private async Task Resize(ApiRequest request)
    {
        await _containers.ResizeAsync(request.Name, TerminalSize.Height(request), TerminalSize.Width(request), request.Aborted);
        await request.Answer(StatusCodes.Status200OK);
    }

    private async Task Rename(ApiRequest request)
    {
        await _containers.RenameAsync(request.Name, request.Text("name"), request.Aborted);
        await request.NoContent();
    }

    private async Task Update(ApiRequest request)
    {
        var update = await request.ReadJsonAsync(DockerJson.Wire.ContainerUpdateRequest) ?? new ContainerUpdateRequest();
        if (request.Version.IsBelow(40)) update = update with { PidsLimit = null };
        if (!request.Version.IsBelow(42)) update = update with { KernelMemory = 0 }; // removed in 1.42, ignored since
        if (update.PidsLimit <= 0) update = update with { PidsLimit = 0 };
        await request.WriteJsonAsync(await _containers.UpdateAsync(request.Name, update, request.Aborted), DockerJson.Wire.ContainerUpdateResponse);
    }

    private async Task Delete(ApiRequest request)
    {
        await _containers.RemoveAsync(request.Name, new ContainerRemoveOptions
        {
            Force = request.Flag("force"),
            Volumes = request.Flag("v"),
            Link = request.Flag("link"),
        }, request.Aborted);
        await request.NoContent();
    }

    private async Task Prune(ApiRequest request) =>
        await request.WriteJsonAsync(await _containers.PruneAsync(request.Filters(), request.Aborted), DockerJson.Wire.ContainersPruneReport);
}
