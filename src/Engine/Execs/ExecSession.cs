using Sampan.Engine.Containers;
using Sampan.Specs.Docker;

namespace Sampan.Engine.Execs;

/// <summary>One <c>docker exec</c>, from its creation until its container ends. A daemon's end does not end it: see <see cref="ExecStore"/>.</summary>
internal sealed class ExecSession(string id, Container container, ExecCreateRequest request)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();   // guards the five fields below
    private bool _started;
    private bool _running;
    private int? _exitCode;
    private int _pid;
    private long? _endedAt;

    /// <summary>64 hex digits.</summary>
    public string Id { get; } = id;
    public Container Container { get; } = container;
    public ExecCreateRequest Request { get; } = request;

    public bool Running { get { lock (_gate) return _running; } }
    public int? ExitCode { get { lock (_gate) return _exitCode; } }
    /// <summary>Also of a process that has ended, as in Docker.</summary>
    public int Pid { get { lock (_gate) return _pid; } }

    /// <summary>Its exit code is known.</summary>
    public Task WhenEnded => _ended.Task;

    /// <summary>The command as events show it: the program, a space, its arguments.</summary>
    public string CommandLine => $"{Request.Cmd![0]} {string.Join(' ', Request.Cmd.Skip(1))}";

    /// <summary>False when somebody started it before.</summary>
    public bool TryBegin()
    {
        lock (_gate)
        {
            bool first = !_started;
            _started = true;
            _running |= first;
            return first;
        }
    }

    public bool HasEnded { get { lock (_gate) return _exitCode is not null; } }

    /// <summary>When its end became known, in <see cref="Environment.TickCount64"/>; null before.</summary>
    public long? EndedAt { get { lock (_gate) return _endedAt; } }

    public void Started(int pid)
    {
        lock (_gate)
            _pid = pid;
    }

    public void Ended(int exitCode)
    {
        lock (_gate)
            (_running, _exitCode, _endedAt) = (false, _exitCode ?? exitCode, _endedAt ?? Environment.TickCount64);
        _ended.TrySetResult();
    }

    /// <summary>The container's end kills what still runs in it.</summary>
    public void ContainerEnded()
    {
        lock (_gate)
        {
            if (_running)
                (_running, _exitCode, _endedAt) = (false, 128 + Signal.Kill, Environment.TickCount64);
        }
        _ended.TrySetResult();
    }
}
