using Sampan.Engine.Containers;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Attach;

/// <summary><c>docker attach</c>.</summary>
internal sealed class ContainerAttacher(ContainerIndex index, ShimSockets sockets, EventLog events)
{
    /// <summary>When this returns the client is registered: nothing that is written from now on is lost.</summary>
    /// <exception cref="FaultException">NotFound. Conflict: paused or about to restart. InvalidArgument: detach keys.</exception>
    public async Task<ContainerAttachment> AttachAsync(string nameOrId, AttachOptions options, CancellationToken ct)
    {
        var container = index.Get(nameOrId);
        switch (container.State.Status)
        {
            case ContainerStatus.Paused:
                throw new FaultException(FaultKind.Conflict, $"container {nameOrId} is paused, unpause the container before attach");
            case ContainerStatus.Restarting:
                throw new FaultException(FaultKind.Conflict, $"container {nameOrId} is restarting, wait until the container is running");
        }
        var attachment = new ContainerAttachment(container, options, events);
        if (options.Stream)
            await RegisterAsync(container, attachment, ct).ConfigureAwait(false);
        events.Publish(container, "attach");
        return attachment;
    }

    // Registered under the verbs' turn: a start that goes on meanwhile would otherwise miss the client, or the client the start.
    private async Task RegisterAsync(Container container, ContainerAttachment attachment, CancellationToken ct)
    {
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (container.State.Status is ContainerStatus.Running)
                await attachment.ConnectAsync(ShimLaunchOptions.AttachSocketOf(sockets.PathOf(container.Id)), ct).ConfigureAwait(false);
            else
                container.AddPendingAttachment(attachment);
        }
        catch (FaultException error) when (error.Kind is FaultKind.Unavailable or FaultKind.NotFound)
        {
            // It ended in this moment: the client sees an empty stream, as if it had come a moment later.
            attachment.Abandon();
        }
        finally
        {
            container.Verbs.Release();
        }
    }
}
