using Sampan.Faults;
using Sampan.Linux;
using Sampan.Shim.Stdio;
using Sampan.ShimClient;

namespace Sampan.Shim.Processes;

/// <summary>The container's init, or one exec: from its registration until it is deleted.</summary>
internal sealed class TaskProcess(string execId, ProcessStdio stdio)
{
    private readonly List<Action> _waiting = [];

    /// <summary>Empty for the container's init.</summary>
    public string ExecId { get; } = execId;

    public ProcessStdio Stdio { get; } = stdio;

    /// <summary>Null until there is a process.</summary>
    public ChildProcess? Child { get; private set; }

    public int Pid { get; private set; }

    /// <summary>Runs the user's program: after Start.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>Set when the process was reaped; <see cref="IsOver"/> follows when its output is drained too.</summary>
    public TaskExit? Exit { get; private set; }

    public bool IsOver { get; private set; }

    public ProcessStatus Status => Exit is not null ? ProcessStatus.Stopped : IsStarted ? ProcessStatus.Running : ProcessStatus.Created;

    public void Created(ChildProcess child) => (Child, Pid) = (child, child.Pid);

    public void Started() => IsStarted = true;

    /// <summary>Was reaped.</summary>
    public void Exited(ExitStatus status)
    {
        Exit = new TaskExit { Pid = Pid, ExitStatus = status.ShellCode, ExitedAt = DateTimeOffset.UtcNow };
        Child?.Dispose();
        Child = null;
    }

    /// <summary>Deleted before there was a process.</summary>
    public void NeverCreated() => Exit = new TaskExit { ExitStatus = 0, ExitedAt = DateTimeOffset.UtcNow };

    public void NoteOom(bool killed) => Exit = Exit! with { OomKilled = killed };

    /// <summary>All its traces are gathered: answers who waits for it.</summary>
    public void Over()
    {
        IsOver = true;
        foreach (var answer in _waiting) answer();
        _waiting.Clear();
    }

    public void WhenOver(Action answer)
    {
        if (IsOver) answer();
        else _waiting.Add(answer);
    }

    /// <exception cref="FaultException">NotFound: it has ended, with containerd's words.</exception>
    public void Signal(int signal)
    {
        if (Exit is not null || Child is null || !Child.Signal(signal))
            throw new FaultException(FaultKind.NotFound, Child is null && Exit is null ? "process not created" : "process already finished");
    }
}
