using System.Text.Json;
using Microsoft.Extensions.Logging;
using Sampan.Engine.Containers.Start;
using Sampan.Engine.Health;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Networks;
using Sampan.ShimClient;
using Sampan.Snapshots;

namespace Sampan.Engine.Containers;

/// <summary>What a daemon does with what an earlier one left: running containers are taken over, ended ones get their exit code and time,
/// half-made and half-removed ones are undone. kill -9 of a daemon at any point is ordinary.</summary>
internal sealed partial class ContainerAdopter(
    DaemonOptions daemon, ContainerIndex index, ContainerStore store, ContainerLauncher launcher, ContainerEnd end, ContainerRemover remover, ContainerVolumes volumes,
    ImageService images, NetworkManager networks, ShimSockets sockets, HealthMonitor health, ILogger<ContainerAdopter> log)
{
    /// <summary>What else follows when a container that runs was taken over; set once at wiring.</summary>
    public Func<Container, Task> Adopted { get; set; } = _ => Task.CompletedTask;

    private static readonly TimeSpan ShimPatience = TimeSpan.FromSeconds(5);

    /// <summary>Reads every document; afterwards names and ids are known and the API may answer.</summary>
    /// <returns>The containers that a process or its end is to be looked for.</returns>
    public IReadOnlyList<Container> Load()
    {
        var unfinished = new List<string>();
        foreach (string id in store.List())
        {
            try
            {
                if (store.Load(id) is not { } container)
                {
                    unfinished.Add(id);
                    continue;
                }
                index.ReserveName(container.Document.Name, id);
                index.Add(container);
            }
            catch (Exception error) when (error is JsonException or FaultException)
            {
                // Left as it is for a person to look at; everything else goes on.
                Log.Unreadable(log, id, error);
            }
        }
        foreach (string id in unfinished)
            Forget(id);
        return index.All;
    }

    /// <summary>Takes over what runs and finishes what does not. Containers are done side by side.</summary>
    public async Task AdoptAsync(IReadOnlyList<Container> containers)
    {
        await Task.WhenAll(containers.Select(container => Task.Run(() => AdoptAsync(container)))).ConfigureAwait(false);
        var live = index.All.Where(container => container.State.Status.HasProcess()).Select(container => container.Id).ToHashSet();
        foreach (string id in store.ListBundles().Where(id => !live.Contains(id)))
            await TryDropBundleAsync(id).ConfigureAwait(false);
        sockets.Sweep(live.Select(id => id[..12]).ToHashSet());
        networks.Reconcile(live);
    }

    private async Task AdoptAsync(Container container)
    {
        try
        {
            switch (container.State.Status)
            {
                case ContainerStatus.Removing:
                    remover.Purge(container.Document, withVolumes: container.Document.HostConfig.AutoRemove);
                    index.Remove(container);
                    break;
                case ContainerStatus.Running or ContainerStatus.Paused:
                    await ReconnectAsync(container).ConfigureAwait(false);
                    break;
                case ContainerStatus.Restarting:
                    container.State = container.State with { Status = ContainerStatus.Exited };
                    break;
            }
        }
        catch (Exception error) when (error is FaultException or IOException)
        {
            Log.AdoptFailed(log, container.Id, error);
        }
    }

    private async Task ReconnectAsync(Container container)
    {
        if (await ConnectAsync(container.Id).ConfigureAwait(false) is not { } client)
        {
            await end.HandleAsync(container, null, end.WithoutShim(container)).ConfigureAwait(false);
            return;
        }
        container.Task = client;
        var ended = client.WaitAsync("", CancellationToken.None);
        var state = await client.StateAsync("", CancellationToken.None).ConfigureAwait(false);
        container.ChangeState(before => before with
        {
            Status = state.Status is ProcessStatus.Paused ? ContainerStatus.Paused : before.Status is ContainerStatus.Paused ? ContainerStatus.Running : before.Status,
            Pid = state.Pid > 0 ? state.Pid : before.Pid,
        });
        await Adopted(container).ConfigureAwait(false);
        end.Watch(container, client, ended);
        health.Watch(container);
        Log.Adopted(log, container.Id, container.State.Pid);
    }

    /// <summary>Null when nobody answers: the shim is gone.</summary>
    private async Task<TaskClient?> ConnectAsync(string id)
    {
        using var patience = new CancellationTokenSource(ShimPatience);
        try
        {
            return await TaskClient.ConnectAsync(sockets.PathOf(id), id, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FaultException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    private async Task TryDropBundleAsync(string id)
    {
        try
        {
            await DropBundleAsync(id).ConfigureAwait(false);
        }
        catch (Exception error) when (error is FaultException or IOException)
        {
            Log.AdoptFailed(log, id, error);
        }
    }

    /// <summary>A start that did not come to its end: its shim, if it lives, is ended with all it has.</summary>
    private async Task DropBundleAsync(string id)
    {
        if (await ConnectAsync(id).ConfigureAwait(false) is { } client)
            await ShimEnding.ForceAsync(client).ConfigureAwait(false);
        index.TryGet(id, out var container);
        // A shim that lost its engine in the middle of a creation ends at once, with the cgroup made.
        ContainerCgroup.Remove(ContainerCgroup.PathOf(daemon, id, container?.Document.HostConfig));
        if (container is not null)
        {
            launcher.ReleaseParts(container);
            return;
        }
        SharedMemory.Unmount(store.BundleOf(id));
        VolumeSubpaths.Unmount(store.BundleOf(id));
        store.DeleteBundle(id);
    }

    /// <summary>A creation that did not come to its end.</summary>
    private void Forget(string id)
    {
        volumes.UndoUnsettled(store.FolderOf(id));
        images.Snapshotter.Remove(new SnapshotKey(id));
        store.Delete(id);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "adopted container {Id} with process {Pid}")]
        public static partial void Adopted(ILogger logger, string id, int pid);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot adopt container {Id}")]
        public static partial void AdoptFailed(ILogger logger, string id, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot read container {Id}; it is left as it is")]
        public static partial void Unreadable(ILogger logger, string id, Exception error);
    }
}
