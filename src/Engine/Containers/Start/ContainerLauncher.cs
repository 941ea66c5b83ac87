using Sampan.Engine.Networking;
using Sampan.Engine.Storage;
using Sampan.Faults;
using Sampan.Images;
using Sampan.Networks;
using Sampan.ShimClient;
using Sampan.Snapshots;

namespace Sampan.Engine.Containers.Start;

/// <summary>A container's process, created by its shim and not started yet.</summary>
internal sealed record LaunchedContainer(TaskClient Task, int Pid, int ShimPid, EndpointLease? Lease);

/// <summary>Brings a container's process into being: network, shim and bundle at the same time, then one Create.
/// A failure undoes everything it made. docs/flows/run.md</summary>
internal sealed class ContainerLauncher(
    string runtimePath, ContainerIndex index, ContainerStore store, ImageService images, ContainerNetwork network, ContainerVolumes volumes,
    BundleWriter bundles, ShimSockets sockets)
{
    /// <exception cref="FaultException">With the runtime's text when it is the runtime that failed.</exception>
    public async Task<LaunchedContainer> LaunchAsync(Container container, CancellationToken ct)
    {
        var document = container.Document;
        EndpointLease? lease = null;
        NetworkSandbox? sandbox = null;
        try
        {
            MakeBindSources(document);
            volumes.Mount(container);
            Directory.CreateDirectory(container.Bundle);
            LogDriver.MakeFolder(container);
            SharedMemory.Mount(container);
            VolumeSubpaths.Mount(container);
            lease = ReserveNetwork(document);
            var connecting = lease is null ? null : Task.Run(() => sandbox = network.Connect(lease), CancellationToken.None);
            var shim = Task.Run(() => StartShimAsync(container, lease), CancellationToken.None);
            try
            {
                // The sandbox's path is known when it exists; everything else of the bundle is written meanwhile.
                if (connecting is not null)
                    await connecting.ConfigureAwait(false);
                string? path = lease is not null ? sandbox!.Path : JoinedNetwork(document);
                bundles.Write(container, lease, path);
            }
            finally
            {
                // Also when the bundle failed: the shim must be known to be ended.
                await ((Task)shim).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            var (client, shimPid) = await shim.ConfigureAwait(false);
            container.Task = client;
            int pid = await CreateAsync(client, container, ct).ConfigureAwait(false);
            return new LaunchedContainer(client, pid, shimPid, lease);
        }
        catch
        {
            await UndoAsync(container).ConfigureAwait(false);
            throw;
        }
        finally
        {
            // The process and the shim hold what they need.
            sandbox?.Dispose();
            ContainerNetwork.CloseListeners(lease);
        }
    }

    private EndpointLease? ReserveNetwork(ContainerDocument document)
    {
        try
        {
            return network.Reserve(document);
        }
        catch (FaultException error) when (error.Kind is not FaultKind.NotFound)
        {
            throw new FaultException(error.Kind, $"failed to set up container networking: {error.Message}", error);
        }
    }

    private async Task<(TaskClient Client, int ShimPid)> StartShimAsync(Container container, EndpointLease? lease)
    {
        string socket = sockets.PathOf(container.Id);
        sockets.Delete(container.Id);
        int pid = ShimLauncher.Launch(new ShimLaunchOptions
        {
            RuntimePath = runtimePath,
            Id = container.Id,
            Bundle = container.Bundle,
            SocketPath = socket,
            Listeners = ContainerNetwork.Listeners(lease),
        });
        return (await TaskClient.ConnectAsync(socket, container.Id, CancellationToken.None).ConfigureAwait(false), pid);
    }

    private async Task<int> CreateAsync(TaskClient client, Container container, CancellationToken ct)
    {
        try
        {
            return await client.CreateAsync(CreateRequest(container), ct).ConfigureAwait(false);
        }
        catch (FaultException error)
        {
            throw StartFailure.FromRuntime(error);
        }
    }

    private TaskCreateRequest CreateRequest(Container container)
    {
        var (config, host) = (container.Document.Config, container.Document.HostConfig);
        string output = LogDriver.StdioUriOf(container);
        return new TaskCreateRequest
        {
            Id = container.Id,
            Bundle = container.Bundle,
            Rootfs = images.Snapshotter.Mounts(new SnapshotKey(container.Id)),
            Terminal = config.Tty,
            Stdin = !config.OpenStdin ? "" : config.StdinOnce ? StdioUri.AttachOnce : StdioUri.Attach,
            Stdout = output,
            Stderr = config.Tty ? "" : output,
        };
    }

    private string? JoinedNetwork(ContainerDocument document) =>
        RunningContainer.Find(document.HostConfig.NetworkMode, index, "network", document.Id) is { } other ? $"/proc/{other.State.Pid}/ns/net" : null;

    // docker run -v /new/path:/x makes the path on the host.
    private static void MakeBindSources(ContainerDocument document)
    {
        foreach (var mount in document.Mounts)
            if (mount.Type == "bind" && !Path.Exists(mount.Source))
                Directory.CreateDirectory(mount.Source);
    }

    /// <summary>Ends the shim and gives back what the start took. Idempotent.</summary>
    public async Task UndoAsync(Container container)
    {
        if (container.Task is { } client)
        {
            container.Task = null;
            await ShimEnding.ForceAsync(client).ConfigureAwait(false);
        }
        ReleaseParts(container);
    }

    /// <summary>Everything a run holds beside its process: addresses and ports, mounts, sockets, the bundle.</summary>
    public void ReleaseParts(Container container)
    {
        network.Release(container);
        SharedMemory.Unmount(container.Bundle);
        VolumeSubpaths.Unmount(container.Bundle);
        volumes.Unmount(container, index);
        sockets.Delete(container.Id);
        store.DeleteBundle(container.Id);
    }
}
