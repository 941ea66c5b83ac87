using Sampan.Specs.Docker;

namespace Sampan.Engine.Containers;

/// <summary>What <c>docker wait</c> waits for.</summary>
public enum WaitCondition
{
    /// <summary>Until it does not run; at once when it does not.</summary>
    NotRunning,
    /// <summary>Until its process ends the next time, even if that is yet to be started.</summary>
    NextExit,
    /// <summary>Until it is gone.</summary>
    Removed,
}

/// <summary><c>docker wait</c>.</summary>
internal static class ContainerWaiter
{
    /// <summary>Registered when this returns; the answer comes with the task.</summary>
    public static Task<ContainerWaitResponse> Wait(Container container, WaitCondition condition, CancellationToken ct)
    {
        // Taken before the status is looked at: an end in between is seen by one or the other.
        var exit = container.NextExit;
        return condition switch
        {
            WaitCondition.NextExit => AnswerAsync(exit, ct),
            WaitCondition.Removed => AnswerRemovedAsync(container, exit, ct),
            _ => container.State.Status.HasProcess() ? AnswerAsync(exit, ct) : Task.FromResult(FromState(container)),
        };
    }

    private static async Task<ContainerWaitResponse> AnswerAsync(Task<ContainerExit> exit, CancellationToken ct) =>
        Answer(await exit.WaitAsync(ct).ConfigureAwait(false));

    private static async Task<ContainerWaitResponse> AnswerRemovedAsync(Container container, Task<ContainerExit> exit, CancellationToken ct)
    {
        await container.Removed.WaitAsync(ct).ConfigureAwait(false);
        return Answer(exit.IsCompletedSuccessfully ? await exit.ConfigureAwait(false)
            : new ContainerExit(container.State.ExitCode, container.State.FinishedAt, false));
    }

    private static ContainerWaitResponse FromState(Container container) =>
        Answer(new ContainerExit(container.State.ExitCode, container.State.FinishedAt, false, container.State.Error));

    private static ContainerWaitResponse Answer(ContainerExit exit) => new()
    {
        StatusCode = exit.ExitCode,
        Error = exit.Error.Length > 0 ? new WaitExitError { Message = exit.Error } : null,
    };
}
