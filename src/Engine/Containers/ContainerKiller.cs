using System.Globalization;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers;

/// <summary><c>docker kill</c>, <c>docker stop</c>: signals, and the wait for what they do.</summary>
internal sealed class ContainerKiller(ContainerStore store, EventLog events)
{
    private const int DefaultStopSeconds = 10;
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    /// <exception cref="FaultException">Conflict: it does not run. InvalidArgument: no such signal.</exception>
    public async Task KillAsync(Container container, string? signal, CancellationToken ct)
    {
        int number = string.IsNullOrEmpty(signal) ? Signal.Kill : Signal.Parse(signal);
        // Taken before the status is looked at: an end in between is seen by one or the other.
        var exit = container.NextExit;
        var state = container.State;
        if (!state.Status.HasProcess() || container.Task is not { } task)
        {
            if (state.Status is ContainerStatus.Restarting && number is Signal.Kill)
            {
                await EndRestartingAsync(container, ct).ConfigureAwait(false);
                return;
            }
            throw new FaultException(FaultKind.Conflict, $"container {container.Id} is not running");
        }
        // What a person kills stays down; other signals are the program's affair.
        if (number is Signal.Kill || number == StopSignalOf(container))
            MarkStopped(container);
        await SendAsync(container, number, ct).ConfigureAwait(false);
        // A frozen process takes SIGKILL when it thaws.
        if (state.Status is ContainerStatus.Paused && number is Signal.Kill)
            await ThawAsync(task, ct).ConfigureAwait(false);
        PublishKill(container, number);
        if (number is Signal.Kill)
            await WaitAsync(exit, KillPatience, ct).ConfigureAwait(false);
    }

    /// <param name="timeoutSeconds">Null: the container's own, else 10; -1: no SIGKILL ever.</param>
    /// <returns>False when it does not run.</returns>
    public async Task<bool> StopAsync(Container container, string? signal, int? timeoutSeconds, CancellationToken ct)
    {
        int number = string.IsNullOrEmpty(signal) ? StopSignalOf(container) : Signal.Parse(signal);
        int seconds = timeoutSeconds ?? container.Document.Config.StopTimeout ?? DefaultStopSeconds;
        var exit = container.NextExit;   // before the status, as above
        var state = container.State;
        if (state.Status is ContainerStatus.Restarting)
        {
            await EndRestartingAsync(container, ct).ConfigureAwait(false);
            return true;
        }
        if (!state.Status.HasProcess())
            return false;
        MarkStopped(container);
        await SendAsync(container, number, ct).ConfigureAwait(false);
        if (state.Status is ContainerStatus.Paused && container.Task is { } frozen)
            await ThawAsync(frozen, ct).ConfigureAwait(false);
        PublishKill(container, number);
        if (!await WaitAsync(exit, seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds), ct).ConfigureAwait(false))
        {
            await SendAsync(container, Signal.Kill, ct).ConfigureAwait(false);
            PublishKill(container, Signal.Kill);
            if (!await WaitAsync(exit, KillPatience, ct).ConfigureAwait(false))
                throw new FaultException(FaultKind.Internal, $"cannot stop container: {container.Document.Name}: tried to kill container, but did not receive an exit event");
        }
        events.Publish(container, "stop");
        return true;
    }

    public static int StopSignalOf(Container container) =>
        container.Document.Config.StopSignal is { Length: > 0 } signal ? Signal.Parse(signal) : Signal.Terminate;

    private static async Task SendAsync(Container container, int signal, CancellationToken ct)
    {
        if (container.Task is not { } task)
            return;
        try
        {
            await task.KillAsync("", signal, all: false, ct).ConfigureAwait(false);
        }
        catch (FaultException error) when (error.Kind is FaultKind.NotFound or FaultKind.Unavailable)
        {
            // It has ended in this moment, which is where a signal would lead.
        }
    }

    private static async Task ThawAsync(TaskClient task, CancellationToken ct)
    {
        try
        {
            await task.ResumeAsync(ct).ConfigureAwait(false);
        }
        catch (FaultException error) when (error.Kind is FaultKind.Conflict or FaultKind.NotFound or FaultKind.Unavailable)
        {
            // SIGKILL thaws by itself where the runtime sends it so, and then the process may be gone too.
        }
    }

    private static async Task<bool> WaitAsync(Task exit, TimeSpan patience, CancellationToken ct)
    {
        try
        {
            await exit.WaitAsync(patience, ct).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // Written with the end that follows; until then it matters to this daemon only.
    private static void MarkStopped(Container container) => container.ChangeState(state => state with { StoppedByUser = true });

    private async Task EndRestartingAsync(Container container, CancellationToken ct)
    {
        container.CancelRestartDelay();
        await container.Verbs.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (container.State.Status is not ContainerStatus.Restarting)
                return;
            container.State = container.State with { Status = ContainerStatus.Exited, StoppedByUser = true };
            store.Save(container.Id, container.State);
        }
        finally
        {
            container.Verbs.Release();
        }
        events.Publish(container, "stop");
    }

    private void PublishKill(Container container, int signal) =>
        events.Publish(container, "kill", ("signal", signal.ToString(CultureInfo.InvariantCulture)));
}
