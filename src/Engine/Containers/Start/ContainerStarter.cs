using Sampan.Engine.Attach;
using Sampan.Engine.Events;
using Sampan.Engine.Health;
using Sampan.Engine.Networking;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers.Start;

/// <summary><c>docker start</c>: launches the process, connects the clients that wait for it, lets it run, and watches for its end.</summary>
internal sealed class ContainerStarter(
    ContainerStore store, ContainerLauncher launcher, ContainerNetwork network, ShimSockets sockets, ContainerEnd end, HealthMonitor health, EventLog events)
{
    /// <returns>False when it runs already.</returns>
    /// <exception cref="FaultException">Conflict, or whatever made the start fail; then the container says so in its state.</exception>
    public async Task<bool> StartAsync(Container container, bool byUser, CancellationToken ct)
    {
        bool remove = false;
        container.CancelRestartDelay();
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!CanStart(container))
                return false;
            if (byUser)
                container.RestartAttempts = 0;
            await RunAsync(container, byUser).ConfigureAwait(false);
            return true;
        }
        catch (FaultException error)
        {
            remove = Fail(container, error);
            throw StartFailure.Describe(error);
        }
        finally
        {
            container.Verbs.Release();
            if (remove)
                await end.AutoRemoveAsync(container).ConfigureAwait(false);
        }
    }

    private static bool CanStart(Container container)
    {
        var status = container.State.Status;
        return status switch
        {
            ContainerStatus.Paused => throw new FaultException(FaultKind.Conflict, "cannot start a paused container, try unpause instead"),
            ContainerStatus.Removing or ContainerStatus.Dead => throw new FaultException(FaultKind.Conflict, "container is marked for removal and cannot be started"),
            _ => status.CanStart(),
        };
    }

    // The caller's cancellation does not reach in here: a client that leaves does not leave a half-started container.
    private async Task RunAsync(Container container, bool byUser)
    {
        var launched = await launcher.LaunchAsync(container, CancellationToken.None).ConfigureAwait(false);
        try
        {
            foreach (var attachment in container.TakePendingAttachments())
                await ConnectAsync(container, attachment).ConfigureAwait(false);
            if (launched.Lease is { } lease)
                network.PublishConnect(container, lease);
            // Asked before the start: even the shortest process is waited for.
            var ended = launched.Task.WaitAsync("", CancellationToken.None);
            var starting = launched.Task.StartAsync("", CancellationToken.None);
            var state = container.State with
            {
                Status = ContainerStatus.Running,
                Pid = launched.Pid,
                ShimPid = launched.ShimPid,
                ExitCode = 0,
                Error = "",
                OomKilled = false,
                StartedAt = DateTimeOffset.UtcNow,
                StoppedByUser = false,
                RestartCount = byUser ? 0 : container.State.RestartCount,
            };
            store.Save(container.Id, state);
            await StartedAsync(starting).ConfigureAwait(false);
            container.State = state;
            events.Publish(container, "start");
            end.Watch(container, launched.Task, ended);
            health.Watch(container);
        }
        catch
        {
            await launcher.UndoAsync(container).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task StartedAsync(Task starting)
    {
        try
        {
            await starting.ConfigureAwait(false);
        }
        catch (FaultException error)
        {
            throw StartFailure.FromRuntime(error);
        }
    }

    private async Task ConnectAsync(Container container, ContainerAttachment attachment)
    {
        try
        {
            await attachment.ConnectAsync(ShimLaunchOptions.AttachSocketOf(sockets.PathOf(container.Id)), CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // One client's trouble is not the container's: that client sees the end of its stream.
            attachment.Abandon();
        }
    }

    /// <returns>True when the container is to be removed now.</returns>
    private bool Fail(Container container, FaultException error)
    {
        foreach (var attachment in container.TakePendingAttachments())
            attachment.Abandon();
        var before = container.State;
        // A container that has run stays "exited"; one that never did stays "created".
        var status = before.Status is ContainerStatus.Created ? ContainerStatus.Created : ContainerStatus.Exited;
        // No end is announced, as in Docker: what never ran has not ended; the caller of start has the error.
        container.State = before with
        {
            Status = status, Pid = 0, ShimPid = 0, ExitCode = StartFailure.ExitCode(error), Error = StartFailure.Describe(error).Message,
        };
        store.Save(container.Id, container.State);
        return container.Document.HostConfig.AutoRemove;
    }
}
