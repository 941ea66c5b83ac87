using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers;

/// <summary>Says at the time when the kernel's OOM killer strikes in a running container: the <c>oom</c> event, and <c>State.OOMKilled</c>.
/// With a shim that cannot tell (one of an older Sampan) the exit says it.</summary>
internal sealed class OomMonitor(ContainerStore store, EventLog events)
{
    /// <summary>Watches until the container ends.</summary>
    public async Task WatchAsync(Container container, TaskClient client)
    {
        try
        {
            for (int strikes = 0; ;)
            {
                bool first = strikes == 0;
                strikes = await client.NextOomAsync(strikes, CancellationToken.None).ConfigureAwait(false);
                // The first answer to a new daemon may be of a strike that the last one told of.
                if (TryNote(container) || !first)
                    events.Publish(container, "oom");
            }
        }
        catch (FaultException)
        {
            // The container has ended, or its shim cannot tell.
        }
    }

    /// <returns>False when it was noted before, or when the container's end has said it.</returns>
    private bool TryNote(Container container)
    {
        bool noted = false;
        container.ChangeState(state =>
        {
            noted = !state.OomKilled && state.Status.HasProcess();
            return noted ? state with { OomKilled = true } : state;
        });
        if (noted)
            store.Save(container.Id, container.State);
        return noted;
    }
}
