using Sampan.Engine.Attach;
using Sampan.Engine.Execs;
using Sampan.ShimClient;

namespace Sampan.Engine.Containers;

/// <summary>One container in memory: its two documents, the connection to its shim, and who waits for it.
/// <para>Locks, in this order: <see cref="Verbs"/> (async; start, the handling of an end, removal, rename and update take turns by it; a wait for
/// the process to end happens outside), then <see cref="ContainerIndex"/>'s, then the container's own gate, under which nothing awaits.</para></summary>
internal sealed class Container(ContainerDocument document, RunState state, string folder, string bundle)
{
    private readonly Lock _gate = new();   // guards every field below; no other lock is taken under it
    private readonly List<ContainerAttachment> _pendingAttachments = [];
    private readonly Dictionary<string, ExecSession> _execs = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<ContainerExit> _nextExit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ContainerDocument _document = document;
    private RunState _state = state;
    private Specs.Docker.ContainerHealth? _health;
    private CancellationTokenSource? _restartDelay;
    private bool _isBeingRestarted;   // not guarded: read and written as a whole

    public string Id { get; } = document.Id;

    /// <summary><c>&lt;data-root&gt;/containers/&lt;id&gt;</c>.</summary>
    public string Folder { get; } = folder;

    /// <summary><c>&lt;exec-root&gt;/containers/&lt;id&gt;</c>.</summary>
    public string Bundle { get; } = bundle;

    public SemaphoreSlim Verbs { get; } = new(1, 1);

    public ContainerDocument Document { get { lock (_gate) return _document; } set { lock (_gate) _document = value; } }

    public RunState State { get { lock (_gate) return _state; } set { lock (_gate) _state = value; } }

    /// <summary>For changes made outside the turn of <see cref="Verbs"/>: nothing that happens at the same time is lost.</summary>
    public void ChangeState(Func<RunState, RunState> change)
    {
        lock (_gate)
            _state = change(_state);
    }

    /// <summary>Null without a process.</summary>
    public TaskClient? Task { get; set; }

    /// <summary>What its health checks found; null without a check.</summary>
    public Specs.Docker.ContainerHealth? Health { get { lock (_gate) return _health; } set { lock (_gate) _health = value; } }

    /// <summary>What a check found, unless the process it looked at has ended meanwhile.</summary>
    /// <returns>False when it has.</returns>
    public bool TrySetHealth(Specs.Docker.ContainerHealth found, DateTimeOffset startedAt)
    {
        lock (_gate)
        {
            if (!_state.Status.HasProcess() || _state.StartedAt != startedAt)
                return false;
            _health = found;
            return true;
        }
    }

    /// <summary>How often the process ended and was started again by policy, since a person started it; decides the delay.</summary>
    public int RestartAttempts { get; set; }

    /// <summary>The end that comes next is followed by a start: <c>--rm</c> does not remove.</summary>
    public bool IsBeingRestarted { get => Volatile.Read(ref _isBeingRestarted); set => Volatile.Write(ref _isBeingRestarted, value); }

    public string LogPath => LogDriver.PathOf(Document.HostConfig.LogConfig, Folder, Id);

    /// <summary>The next end of the process, whether it runs now or is yet to be started.</summary>
    public Task<ContainerExit> NextExit { get { lock (_gate) return _nextExit.Task; } }

    public Task Removed => _removed.Task;

    /// <summary>The process has ended and its end is on disk: whoever waited goes on.</summary>
    public void AnnounceExit(ContainerExit exit)
    {
        TaskCompletionSource<ContainerExit> ended;
        lock (_gate)
        {
            ended = _nextExit;
            _nextExit = new TaskCompletionSource<ContainerExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        ended.TrySetResult(exit);
    }

    public void AnnounceRemoval()
    {
        _removed.TrySetResult();
        foreach (var attachment in TakePendingAttachments())
            attachment.Abandon();
    }

    /// <summary>A client that attached before the process exists; it is connected between create and start.</summary>
    public void AddPendingAttachment(ContainerAttachment attachment)
    {
        lock (_gate)
            _pendingAttachments.Add(attachment);
    }

    public void RemovePendingAttachment(ContainerAttachment attachment)
    {
        lock (_gate)
            _pendingAttachments.Remove(attachment);
    }

    public IReadOnlyList<ContainerAttachment> TakePendingAttachments()
    {
        lock (_gate)
        {
            ContainerAttachment[] pending = [.. _pendingAttachments];
            _pendingAttachments.Clear();
            return pending;
        }
    }

    public void AddExec(ExecSession exec)
    {
        lock (_gate)
            _execs[exec.Id] = exec;
    }

    public void RemoveExec(string id)
    {
        lock (_gate)
            _execs.Remove(id);
    }

    public IReadOnlyList<ExecSession> Execs { get { lock (_gate) return [.. _execs.Values]; } }

    /// <summary>The wait before a restart by policy; a person's verb ends it.</summary>
    public CancellationToken BeginRestartDelay()
    {
        lock (_gate)
            return (_restartDelay = new CancellationTokenSource()).Token;
    }

    public void CancelRestartDelay()
    {
        lock (_gate)
        {
            _restartDelay?.Cancel();
            _restartDelay = null;
        }
    }
}

/// <summary>How a container's process ended.</summary>
internal sealed record ContainerExit(int ExitCode, DateTimeOffset At, bool OomKilled, string Error = "");
