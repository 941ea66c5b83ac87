using Microsoft.Extensions.Logging;
using Sampan.Engine.Containers.Start;
using Sampan.Engine.Events;
using Sampan.Faults;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers;

/// <summary>What follows the end of a container's process: its parts are given back, its state is written, waiters go on, and it is removed or
/// started again when that was asked for.</summary>
internal sealed partial class ContainerEnd(DaemonOptions daemon, ContainerStore store, ContainerLauncher launcher, EventLog events, ILogger<ContainerEnd> log)
{
    /// <summary>Set once at wiring: starting and removing need this type in turn.</summary>
    public required Func<Container, Task> Restart { get; set; }
    public required Func<Container, Task> Remove { get; set; }

    /// <summary>Told of every end, before waiters are: the execs of that run are over.</summary>
    public Action<Container> Ended { get; set; } = _ => { };

    /// <summary>Handles the end when it comes.</summary>
    public void Watch(Container container, TaskClient client, Task<TaskExit> ended)
    {
        _ = new OomMonitor(store, events).WatchAsync(container, client);
        _ = Task.Run(async () =>
        {
            try
            {
                await HandleAsync(container, client, await ReadExitAsync(container, ended).ConfigureAwait(false)).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                Log.EndFailed(log, container.Id, error);
            }
        });
    }

    private async Task<ContainerExit> ReadExitAsync(Container container, Task<TaskExit> ended)
    {
        try
        {
            var exit = await ended.ConfigureAwait(false);
            return new ContainerExit(exit.ExitStatus, exit.ExitedAt, exit.OomKilled);
        }
        catch (FaultException)
        {
            return WithoutShim(container);
        }
    }

    /// <summary>How a container without a shim ended. One that still runs has nobody to hold its streams, take its end or stop it any more, so it is killed, as containerd does.</summary>
    /// <returns>What the shim left on disk; else 137 when it was killed here, 255 when it had ended before and nothing says how.</returns>
    public ContainerExit WithoutShim(Container container)
    {
        const int Killed = 128 + 9, Unknown = 255;
        bool wasKilled = false;
        try
        {
            wasKilled = ContainerCgroup.Remove(ContainerCgroup.PathOf(daemon, container.Id, container.Document.HostConfig));
            if (ExitRecord.Read(container.Bundle) is { } record)
                return new ContainerExit(record.ExitStatus, record.ExitedAt, record.OomKilled);
        }
        catch (FaultException error)
        {
            // A damaged record is no record.
            Log.RemainsLeft(log, container.Id, error);
        }
        return new ContainerExit(wasKilled ? Killed : Unknown, DateTimeOffset.UtcNow, false);
    }

    /// <param name="client">Null when the shim is gone.</param>
    public async Task HandleAsync(Container container, TaskClient? client, ContainerExit exit)
    {
        bool remove = false;
        TimeSpan? restartAfter = null;
        await container.Verbs.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!container.State.Status.HasProcess())
                return;
            container.Task = null;
            foreach (var exec in container.Execs)
                exec.ContainerEnded();
            Ended(container);
            var host = container.Document.HostConfig;
            if (client is not null)
                await ShimEnding.AfterExitAsync(client, untilGone: host.PublishAllPorts || host.PortBindings is { Count: > 0 }).ConfigureAwait(false);
            var before = container.State;
            if (!before.StoppedByUser && RestartPolicies.Restarts(host.RestartPolicy, exit.ExitCode, before.RestartCount))
                restartAfter = NextDelay(container, before, exit);
            remove = host.AutoRemove && restartAfter is null && !container.IsBeingRestarted;
            bool oomIsTold = false;
            container.ChangeState(state =>
            {
                oomIsTold = state.OomKilled;
                return state with
                {
                    Status = restartAfter is not null ? ContainerStatus.Restarting : ContainerStatus.Exited,
                    Pid = 0,
                    ShimPid = 0,
                    ExitCode = exit.ExitCode,
                    OomKilled = exit.OomKilled || state.OomKilled,
                    FinishedAt = exit.At,
                    RestartCount = before.RestartCount + (restartAfter is null ? 0 : 1),
                };
            });
            // Without a process nothing is healthy; what the checks found stays to be read.
            if (container.Health is { } health)
                container.Health = health with { Status = Health.HealthMonitor.Unhealthy };
            // One that is removed next needs no record of its end; after a crash in between, exit.json has it.
            if (!remove)
                store.Save(container.Id, container.State);
            // Said already when it struck, unless the container's end overtook it or its shim could not tell.
            if (exit.OomKilled && !oomIsTold)
                events.Publish(container, "oom");
            events.PublishDie(container, exit, before.StartedAt);
            launcher.ReleaseParts(container);
            container.AnnounceExit(exit);
        }
        finally
        {
            container.Verbs.Release();
        }
        if (remove)
            await AutoRemoveAsync(container).ConfigureAwait(false);
        else if (restartAfter is { } delay)
            await RestartAsync(container, delay).ConfigureAwait(false);
    }

    /// <summary><c>--rm</c>.</summary>
    public async Task AutoRemoveAsync(Container container)
    {
        try
        {
            await Remove(container).ConfigureAwait(false);
        }
        catch (FaultException error)
        {
            Log.RemoveFailed(log, container.Id, error);
        }
    }

    private static TimeSpan NextDelay(Container container, RunState before, ContainerExit exit)
    {
        container.RestartAttempts = exit.At - before.StartedAt >= RestartPolicies.HealthyRun ? 0 : container.RestartAttempts;
        return RestartPolicies.Delay(container.RestartAttempts++);
    }

    private async Task RestartAsync(Container container, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, container.BeginRestartDelay()).ConfigureAwait(false);
            await Restart(container).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A person stopped, started or removed it meanwhile.
        }
        catch (FaultException error)
        {
            LogRestartFailure(log, container.Id, error);
        }
    }

    public static void LogRestartFailure(ILogger logger, string id, Exception error) => Log.RestartFailed(logger, id, error);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "cannot finish the end of container {Id}")]
        public static partial void EndFailed(ILogger logger, string id, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot tell how container {Id}, whose shim is gone, has ended, or cannot end it")]
        public static partial void RemainsLeft(ILogger logger, string id, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot restart container {Id}")]
        public static partial void RestartFailed(ILogger logger, string id, Exception error);

        [LoggerMessage(Level = LogLevel.Error, Message = "cannot remove container {Id} after its end")]
        public static partial void RemoveFailed(ILogger logger, string id, Exception error);
    }
}
