using Sampan.Engine.Archives;
using Sampan.Engine.Attach;
using Sampan.Engine.Containers.Create;
using Sampan.Engine.Containers.Start;
using Sampan.Engine.Containers.Views;
using Sampan.Engine.Events;
using Sampan.Engine.Logs;
using Sampan.Engine.Stats;
using Sampan.Faults;
using Sampan.Linux.Native;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>Containers, as the API knows them: finds the container and hands over to the verb. Each verb is a type of its own.</summary>
public sealed class ContainerService
{
    private readonly ContainerIndex _index;
    private readonly ContainerVerbs _verbs;

    internal ContainerService(ContainerIndex index, ContainerVerbs verbs) => (_index, _verbs) = (index, verbs);

    /// <exception cref="FaultException">InvalidArgument, NotFound (image, network), Conflict (name), NotSupported (names the field).</exception>
    public Task<ContainerCreateResponse> CreateAsync(string? name, ContainerCreateRequest request, string? platform, CancellationToken ct) =>
        Task.Run(() =>
        {
            try
            {
                return _verbs.Creator.Create(name, request, platform);
            }
            catch (LinuxException error)
            {
                // A file of ours that is missing is no missing image: 404 would make the CLI pull.
                throw new FaultException(FaultKind.Internal, $"cannot create container: {error.Message}", error);
            }
        }, ct);

    /// <returns>False when it runs already.</returns>
    public Task<bool> StartAsync(string nameOrId, CancellationToken ct) => _verbs.Starter.StartAsync(_index.Get(nameOrId), byUser: true, ct);

    /// <summary>Goes on when the client leaves: a signal that was sent is followed by its SIGKILL.</summary>
    /// <returns>False when it does not run.</returns>
    public Task<bool> StopAsync(string nameOrId, string? signal, int? timeoutSeconds, CancellationToken ct) =>
        _verbs.Killer.StopAsync(_index.Get(nameOrId), signal, timeoutSeconds, CancellationToken.None).WaitAsync(ct);

    public Task KillAsync(string nameOrId, string? signal, CancellationToken ct) => _verbs.Killer.KillAsync(_index.Get(nameOrId), signal, ct);

    /// <summary>Stops it when it runs, and starts it. Goes on when the client leaves, or it would stay stopped.</summary>
    public Task RestartAsync(string nameOrId, string? signal, int? timeoutSeconds, CancellationToken ct) =>
        RestartAsync(_index.Get(nameOrId), signal, timeoutSeconds).WaitAsync(ct);

    private async Task RestartAsync(Container container, string? signal, int? timeoutSeconds)
    {
        // --rm means the end that a person or the program brings about, not the one in the middle of a restart.
        container.IsBeingRestarted = true;
        try
        {
            await _verbs.Killer.StopAsync(container, signal, timeoutSeconds, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            container.IsBeingRestarted = false;
        }
        await _verbs.Starter.StartAsync(container, byUser: true, CancellationToken.None).ConfigureAwait(false);
        _verbs.Events.Publish(container, "restart");
    }

    public Task PauseAsync(string nameOrId, CancellationToken ct) => _verbs.Pauser.PauseAsync(_index.Get(nameOrId), ct);

    public Task UnpauseAsync(string nameOrId, CancellationToken ct) => _verbs.Pauser.UnpauseAsync(_index.Get(nameOrId), ct);

    public Task RemoveAsync(string nameOrId, ContainerRemoveOptions options, CancellationToken ct) =>
        _verbs.Remover.RemoveAsync(_index.Get(nameOrId), options, ct);

    public Task RenameAsync(string nameOrId, string newName, CancellationToken ct) => _verbs.Renamer.RenameAsync(_index.Get(nameOrId), newName, ct);

    /// <summary>Registered when this returns: the answer comes with the task, nothing that happens in between is missed.</summary>
    public Task<ContainerWaitResponse> Wait(string nameOrId, WaitCondition condition, CancellationToken ct) =>
        ContainerWaiter.Wait(_index.Get(nameOrId), condition, ct);

    /// <param name="size">Count the bytes of its files.</param>
    public ContainerInspect Inspect(string nameOrId, bool size) => _verbs.Inspector.Inspect(_index.Get(nameOrId), size);

    public IReadOnlyList<ContainerSummary> List(ContainerListOptions options) => _verbs.Lister.List(options);

    /// <param name="psArguments">Options of ps(1); null or empty: -ef.</param>
    public async Task<ContainerTopResponse> TopAsync(string nameOrId, string? psArguments, CancellationToken ct)
    {
        var container = _index.Get(nameOrId);
        var processes = await ContainerTop.RunAsync(container, psArguments, ct).ConfigureAwait(false);
        _verbs.Events.Publish(container, "top");
        return processes;
    }

    /// <exception cref="FaultException">NotSupported: its log driver keeps nothing.</exception>
    public ContainerLogs Logs(string nameOrId, ContainerLogOptions options)
    {
        var container = _index.Get(nameOrId);
        if (container.Document.HostConfig.LogConfig.Type == LogDriver.None)
            throw new FaultException(FaultKind.NotSupported, "configured logging driver does not support reading");
        // Taken before the status is looked at: an end in between is seen by one or the other.
        Task exit = container.NextExit;
        return new ContainerLogs(container.LogPath, container.Document.Config.Tty, options,
            container.State.Status.HasProcess() ? exit : Task.CompletedTask);
    }

    /// <summary>Registered when this returns: nothing that is written from now on is lost.</summary>
    public Task<ContainerAttachment> AttachAsync(string nameOrId, AttachOptions options, CancellationToken ct) =>
        _verbs.Attacher.AttachAsync(nameOrId, options, ct);

    /// <summary>Characters.</summary>
    /// <exception cref="FaultException">Conflict: it does not run.</exception>
    public async Task ResizeAsync(string nameOrId, int height, int width, CancellationToken ct)
    {
        var container = _index.Get(nameOrId);
        if (!container.State.Status.HasProcess() || container.Task is not { } task)
            throw new FaultException(FaultKind.Conflict, $"container {container.Id} is not running");
        await task.ResizePtyAsync("", width, height, ct).ConfigureAwait(false);
        _verbs.Events.Publish(container, "resize", ("height", $"{height}"), ("width", $"{width}"));
    }

    public Task<ContainerUpdateResponse> UpdateAsync(string nameOrId, ContainerUpdateRequest request, CancellationToken ct) =>
        _verbs.Updater.UpdateAsync(_index.Get(nameOrId), request, ct);

    public IAsyncEnumerable<ContainerStats> Stats(string nameOrId, bool stream, bool oneShot, CancellationToken ct) =>
        ContainerStatsReader.ReadAsync(_index.Get(nameOrId), stream, oneShot, ct);

    public ContainerPathStat StatPath(string nameOrId, string path) => _verbs.Archiver.Stat(_index.Get(nameOrId), nameOrId, path);

    public ContainerArchive GetArchive(string nameOrId, string path) => _verbs.Archiver.Get(_index.Get(nameOrId), nameOrId, path);

    public Task PutArchiveAsync(string nameOrId, string path, Stream tar, PutArchiveOptions options, CancellationToken ct) =>
        _verbs.Archiver.PutAsync(_index.Get(nameOrId), nameOrId, path, tar, options, ct);

    public IReadOnlyList<FilesystemChange> Changes(string nameOrId) => _verbs.Archiver.Changes(_index.Get(nameOrId));

    public Task ExportAsync(string nameOrId, Stream target, CancellationToken ct) => _verbs.Archiver.ExportAsync(_index.Get(nameOrId), target, ct);

    public Task<ContainersPruneReport> PruneAsync(Filters filters, CancellationToken ct) => _verbs.Pruner.PruneAsync(filters, ct);
}

/// <summary>The verbs of containers.</summary>
internal sealed record ContainerVerbs(
    ContainerCreator Creator, ContainerStarter Starter, ContainerKiller Killer, ContainerPauser Pauser, ContainerRemover Remover, ContainerRenamer Renamer,
    ContainerUpdater Updater, ContainerPruner Pruner, ContainerInspector Inspector, ContainerLister Lister, ContainerAttacher Attacher,
    ContainerArchiver Archiver, EventLog Events);
