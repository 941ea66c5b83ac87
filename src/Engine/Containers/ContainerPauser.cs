using Sampan.Engine.Events;
using Sampan.Faults;

namespace Sampan.Engine.Containers;

/// <summary><c>docker pause</c> and <c>unpause</c>: the freezer of the container's cgroup.</summary>
internal sealed class ContainerPauser(ContainerStore store, EventLog events)
{
    /// <exception cref="FaultException">Conflict, with Docker's texts.</exception>
    public Task PauseAsync(Container container, CancellationToken ct) => ChangeAsync(container, async () =>
    {
        switch (container.State.Status)
        {
            case ContainerStatus.Paused:
                throw new FaultException(FaultKind.Conflict, $"Container {container.Id} is already paused");
            case ContainerStatus.Restarting:
                throw new FaultException(FaultKind.Conflict, $"Container {container.Id} is restarting, wait until the container is running");
        }
        await PauseAsync(container, Running(container), ct).ConfigureAwait(false);
        Save(container, ContainerStatus.Paused);
        events.Publish(container, "pause");
    }, ct);

    /// <exception cref="FaultException">Conflict, with Docker's texts.</exception>
    public Task UnpauseAsync(Container container, CancellationToken ct) => ChangeAsync(container, async () =>
    {
        if (container.State.Status is not ContainerStatus.Paused)
            throw new FaultException(FaultKind.Conflict, $"Container {container.Id} is not paused");
        await Running(container).ResumeAsync(ct).ConfigureAwait(false);
        Save(container, ContainerStatus.Running);
        events.Publish(container, "unpause");
    }, ct);

    private static async Task PauseAsync(Container container, ShimClient.TaskClient task, CancellationToken ct)
    {
        try
        {
            await task.PauseAsync(ct).ConfigureAwait(false);
        }
        catch (FaultException error) when (error.Kind is FaultKind.NotFound or FaultKind.Unavailable)
        {
            // Its process has ended and the end is about to be handled.
            throw NotRunning(container);
        }
    }

    private static async Task ChangeAsync(Container container, Func<Task> change, CancellationToken ct)
    {
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await change().ConfigureAwait(false);
        }
        finally
        {
            container.Verbs.Release();
        }
    }

    private static ShimClient.TaskClient Running(Container container) => container.State.Status.HasProcess() && container.Task is { } task ? task
        : throw NotRunning(container);

    private static FaultException NotRunning(Container container) => new(FaultKind.Conflict, $"container {container.Id} is not running");

    private void Save(Container container, ContainerStatus status)
    {
        container.State = container.State with { Status = status };
        store.Save(container.Id, container.State);
    }
}
