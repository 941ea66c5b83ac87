using System.Net;
using System.Text.Json;
using Sampan.EngineClient.Http;
using Sampan.Specs.Docker;
using static Sampan.EngineClient.Http.EngineTransportJson;

namespace Sampan.EngineClient;

/// <summary>/containers of the Engine API.</summary>
public sealed class ContainerCalls
{
    private readonly EngineTransport _transport;

    internal ContainerCalls(EngineTransport transport) => _transport = transport;

    public Task<IReadOnlyList<ContainerSummary>> ListAsync(ContainerListQuery query, CancellationToken ct) =>
        _transport.GetAsync(new("GET", "/containers/json")
        {
            Query = new Query().Add("all", query.All).Add("limit", query.Limit).Add("size", query.Size).Add("filters", query.Filters.ToJson()),
        }, DockerJson.Wire.IReadOnlyListContainerSummary, ct);

    public Task<ContainerCreateResponse> CreateAsync(string? name, string? platform, ContainerCreateRequest container, CancellationToken ct) =>
        _transport.GetAsync(new EngineRequest("POST", "/containers/create")
        {
            Query = new Query().Add("name", name).Add("platform", platform),
        }.With(container, DockerJson.Wire.ContainerCreateRequest), DockerJson.Wire.ContainerCreateResponse, ct);

    public Task<ContainerInspect> InspectAsync(string container, CancellationToken ct) =>
        _transport.GetAsync(new("GET", Path(container, "json")), DockerJson.Wire.ContainerInspect, ct);

    /// <summary>The document as the engine sent it, members we do not know included.</summary>
    public Task<byte[]> InspectRawAsync(string container, bool size, CancellationToken ct) =>
        _transport.ReadRawAsync(new("GET", Path(container, "json")) { Query = new Query().Add("size", size) }, ct);

    /// <returns>False when it was running already.</returns>
    public async Task<bool> StartAsync(string container, string? detachKeys, CancellationToken ct) =>
        await _transport.CallAsync(new("POST", Path(container, "start")) { Query = new Query().Add("detachKeys", detachKeys) }, ct) != HttpStatusCode.NotModified;

    /// <param name="timeoutSeconds">Before SIGKILL; -1 waits for ever; null is the container's own.</param>
    /// <returns>False when it had ended already.</returns>
    public async Task<bool> StopAsync(string container, string? signal, int? timeoutSeconds, CancellationToken ct) =>
        await _transport.CallAsync(new("POST", Path(container, "stop")) { Query = new Query().Add("signal", signal).Add("t", timeoutSeconds) }, ct) != HttpStatusCode.NotModified;

    public Task RestartAsync(string container, string? signal, int? timeoutSeconds, CancellationToken ct) =>
        _transport.CallAsync(new("POST", Path(container, "restart")) { Query = new Query().Add("signal", signal).Add("t", timeoutSeconds) }, ct);

    public Task KillAsync(string container, string? signal, CancellationToken ct) =>
        _transport.CallAsync(new("POST", Path(container, "kill")) { Query = new Query().Add("signal", signal) }, ct);

    public Task PauseAsync(string container, CancellationToken ct) => _transport.CallAsync(new("POST", Path(container, "pause")), ct);

    public Task UnpauseAsync(string container, CancellationToken ct) => _transport.CallAsync(new("POST", Path(container, "unpause")), ct);

    public Task RenameAsync(string container, string newName, CancellationToken ct) =>
        _transport.CallAsync(new("POST", Path(container, "rename")) { Query = new Query().Add("name", newName) }, ct);

    public Task RemoveAsync(string container, bool force, bool volumes, bool link, CancellationToken ct) =>
        _transport.CallAsync(new("DELETE", $"/containers/{Segment(container)}")
        {
            Query = new Query().Add("force", force).Add("v", volumes).Add("link", link),
        }, ct);

    /// <summary>The request is registered with the engine when this returns, so that a start that follows cannot outrun it.</summary>
    public async Task<ContainerWait> WaitAsync(string container, WaitCondition condition, CancellationToken ct) =>
        new(await _transport.SendAsync(new("POST", Path(container, "wait"))
        {
            Query = new Query().Add("condition", condition switch
            {
                WaitCondition.NextExit => "next-exit", WaitCondition.Removed => "removed", _ => null,
            }),
        }, ct));

    public Task<HijackedStream> AttachAsync(string container, AttachQuery query, CancellationToken ct) =>
        _transport.HijackAsync(new("POST", Path(container, "attach"))
        {
            Query = new Query().Add("stream", true).Add("stdin", query.Stdin).Add("stdout", query.Stdout).Add("stderr", query.Stderr)
                .Add("logs", query.Logs).Add("detachKeys", query.DetachKeys),
        }, ct);

    /// <summary>Frames without a terminal (<see cref="MultiplexedStream"/>), raw bytes with one.</summary>
    public async Task<Stream> LogsAsync(string container, LogsQuery query, CancellationToken ct) =>
        (await _transport.SendAsync(new("GET", Path(container, "logs"))
        {
            Query = new Query().Add("stdout", true).Add("stderr", true).Add("follow", query.Follow).Add("since", query.Since)
                .Add("until", query.Until).Add("timestamps", query.Timestamps).Add("details", query.Details).Add("tail", query.Tail),
        }, ct)).Body;

    public Task ResizeAsync(string container, int rows, int columns, CancellationToken ct) =>
        _transport.CallAsync(new("POST", Path(container, "resize")) { Query = new Query().Add("h", rows).Add("w", columns) }, ct);

    public Task<ContainerTopResponse> TopAsync(string container, string? psArguments, CancellationToken ct) =>
        _transport.GetAsync(new("GET", Path(container, "top")) { Query = new Query().Add("ps_args", psArguments) }, DockerJson.Wire.ContainerTopResponse, ct);

    public async Task<IReadOnlyList<FilesystemChange>> ChangesAsync(string container, CancellationToken ct) =>
        await _transport.GetAsync(new("GET", Path(container, "changes")), DockerJson.Wire.IReadOnlyListFilesystemChange, ct);

    public async Task<ContainerStats> StatsAsync(string container, CancellationToken ct) =>
        await _transport.GetAsync(new("GET", Path(container, "stats")) { Query = new Query().Add("stream", "0") }, DockerJson.Wire.ContainerStats, ct);

    /// <summary>One reading a second until cancelled or the container is removed.</summary>
    public async IAsyncEnumerable<ContainerStats> FollowStatsAsync(string container, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var response = await _transport.SendAsync(new("GET", Path(container, "stats")) { Query = new Query().Add("stream", true) }, ct);
        await foreach (var stats in JsonDocumentStream.ReadAsync(response, DockerJson.Wire.ContainerStats, ct)) yield return stats;
    }

    public async Task<ContainerPathStat> StatPathAsync(string container, string path, CancellationToken ct)
    {
        await using var response = await _transport.SendAsync(new("HEAD", Path(container, "archive")) { Query = new Query().Add("path", path) }, ct);
        return PathStatOf(response);
    }

    /// <summary>A tar of a file or folder of the container, and what it is.</summary>
    public async Task<(ContainerPathStat Stat, Stream Tar)> DownloadAsync(string container, string path, CancellationToken ct)
    {
        var response = await _transport.SendAsync(new("GET", Path(container, "archive")) { Query = new Query().Add("path", path) }, ct);
        return (PathStatOf(response), response.Body);
    }

    /// <summary>Unpacks a tar into a folder of the container.</summary>
    public Task UploadAsync(string container, string folder, Stream tar, bool copyOwner, CancellationToken ct) =>
        _transport.CallAsync(new("PUT", Path(container, "archive"))
        {
            Query = new Query().Add("path", folder).Add("noOverwriteDirNonDir", true).Add("copyUIDGID", copyOwner),
            Body = tar,
        }, ct);

    /// <summary>Makes an image of what a container changed.</summary>
    /// <returns>The image's id.</returns>
    public async Task<string> CommitAsync(string container, string? repository, string? tag, string message, string author, IReadOnlyList<string> changes, bool pause, CancellationToken ct)
    {
        var query = new Query().Add("container", container).Add("repo", repository).Add("tag", tag).Add("comment", message).Add("author", author);
        foreach (string change in changes) query.Add("changes", change);
        if (!pause) query.Add("pause", "0");
        return (await _transport.GetAsync(new("POST", "/commit") { Query = query }, DockerJson.Wire.IdResponse, ct)).Id;
    }

    /// <summary>The whole file system of the container as a tar.</summary>
    public async Task<Stream> ExportAsync(string container, CancellationToken ct) =>
        (await _transport.SendAsync(new("GET", Path(container, "export")), ct)).Body;

    /// <summary>Removes stopped containers.</summary>
    public Task<ContainersPruneReport> PruneAsync(Filters filters, CancellationToken ct) =>
        _transport.GetAsync(new("POST", "/containers/prune") { Query = new Query().Add("filters", filters.ToJson()) }, DockerJson.Wire.ContainersPruneReport, ct);

    public Task<ContainerUpdateResponse> UpdateAsync(string container, ContainerUpdateRequest update, CancellationToken ct) =>
        _transport.GetAsync(new EngineRequest("POST", Path(container, "update")).With(update, DockerJson.Wire.ContainerUpdateRequest), DockerJson.Wire.ContainerUpdateResponse, ct);

    private static ContainerPathStat PathStatOf(EngineResponse response)
    {
        string header = response.Header("X-Docker-Container-Path-Stat")
            ?? throw new Faults.FaultException(Faults.FaultKind.Internal, "the engine's answer lacks the header X-Docker-Container-Path-Stat");
        return JsonSerializer.Deserialize(Convert.FromBase64String(header), DockerJson.Wire.ContainerPathStat)!;
    }

    private static string Path(string container, string call) => $"/containers/{Segment(container)}/{call}";
}
