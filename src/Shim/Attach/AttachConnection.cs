using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;
using Sampan.Shim.Stdio;
using Sampan.ShimClient;

namespace Sampan.Shim.Attach;

/// <summary>One client of the attach socket: its request line first, then its bytes are the process's input and the process's output
/// goes to it. docs/seams.md § The shim</summary>
internal sealed class AttachConnection : IOutputTarget
{
    /// <summary>Bytes that wait for a client that does not read: past them its process waits too, as it does with dockerd.</summary>
    private const int MaxPending = 1 << 20;
    private const int MaxLine = 4 << 10;

    private readonly EventLoop _loop;
    private readonly SafeFileHandle _socket;
    private readonly Func<string, ProcessStdio> _find;
    private readonly Action<AttachConnection> _closed;
    private readonly SendQueue _queue;
    private readonly Watch _watch;
    private readonly List<byte> _line = [];
    private ProcessStdio? _stdio;
    private bool _inputOver, _hungUp, _finishing, _isClosed;

    /// <param name="loop">Whose thread we run on.</param>
    /// <param name="socket">Accepted and non-blocking; owned from here on.</param>
    /// <param name="find">Streams of the process with this exec id, or throws a fault.</param>
    /// <param name="closed">Called once when the connection is gone.</param>
    public AttachConnection(EventLoop loop, SafeFileHandle socket, Func<string, ProcessStdio> find, Action<AttachConnection> closed)
    {
        (_loop, _socket, _find, _closed, _queue) = (loop, socket, find, closed, new SendQueue(socket));
        _queue.Drained += OnDrained;
        _watch = loop.Add(socket, EpollInterest.In, Ready);
    }

    public AttachRequest Request { get; private set; } = new();

    public bool IsFull => _queue.Count >= MaxPending;

    public void Write(ReadOnlySpan<byte> frame)
    {
        _queue.Send(_stdio!.Terminal ? frame[StreamFrame.HeaderSize..] : frame);
        Want();
    }

    /// <summary>One of the streams is over; the process tells when both are, by <see cref="Finish"/>.</summary>
    public void End()
    {
    }

    /// <summary>Nothing more will come: closes as soon as the client has taken what waits for it.</summary>
    public void Finish()
    {
        _finishing = true;
        if (_queue.Count == 0) Close();
        else Want();
    }

    private void Ready(EpollInterest events)
    {
        if (events.HasFlag(EpollInterest.Out)) _queue.Flush();
        if (_isClosed) return;
        if ((events & (EpollInterest.HangUp | EpollInterest.Error)) != 0) HangUp();
        else if (events.HasFlag(EpollInterest.In)) Read();
    }

    // The client has closed, but what it sent before is still the process's input.
    private void HangUp()
    {
        _hungUp = true;
        if (_stdio is null || !Request.Stdin || _inputOver) Leave();
        else Want();
    }

    private void Read()
    {
        int got = Transfer.Read(_socket, _loop.Buffer);
        if (got == Transfer.WouldBlock && !_hungUp) return;
        if (got < 0 || (got == 0 && (_stdio is null || _hungUp))) Leave();
        else if (got == 0) EndInput();
        else if (_stdio is null) ReadLine(got);
        else if (Request.Stdin) _stdio.Input?.Write(_loop.Buffer.AsSpan(0, got));
        if (!_hungUp) Want();
    }

    private void ReadLine(int count)
    {
        var bytes = _loop.Buffer.AsSpan(0, count);
        int newline = bytes.IndexOf((byte)'\n');
        foreach (byte b in newline < 0 ? bytes : bytes[..newline]) _line.Add(b);
        try
        {
            if (_line.Count > MaxLine) throw new FaultException(FaultKind.InvalidArgument, "invalid attach request: the line is too long");
            if (newline < 0) return;
            Request = AttachRequest.Parse([.. _line]);
            var stdio = _find(Request.ExecId);
            _queue.Send("{}\n"u8);
            _stdio = stdio;
            stdio.Attach(this);
            if (stdio.Input is { } input && Request.Stdin)
            {
                input.Drained += Want;
                input.Write(bytes[(newline + 1)..]);
            }
        }
        catch (FaultException fault)
        {
            _queue.Send(Encoding.UTF8.GetBytes($"{{\"error\":\"{JsonEncodedText.Encode(fault.Message)}\",\"kind\":\"{fault.Kind.Name()}\"}}\n"));
            Finish();
        }
    }

    // The client's half-close, as dockerd treats it: end of input where the process is to see one; else the client has detached.
    private void EndInput()
    {
        _inputOver = true;
        if (!Request.Stdin) return;
        if (_stdio!.ClosesInputWithClient && !_stdio.Terminal) _stdio.CloseInput();
        else
        {
            _stdio.Detach(this);
            Finish();
        }
    }

    /// <summary>The client is gone.</summary>
    private void Leave()
    {
        if (_stdio is { ClosesInputWithClient: true } && Request.Stdin && !_inputOver) _stdio.CloseInput();
        Close();
    }

    private void Close()
    {
        if (_isClosed) return;
        _isClosed = true;
        _watch.Dispose();
        StreamSocket.Finish(_socket);
        if (_stdio?.Input is { } input) input.Drained -= Want;
        _stdio?.Detach(this);
        _closed(this);
    }

    private void OnDrained()
    {
        if (_finishing) Close();
        else
        {
            Want();
            _stdio?.Output?.Resume();
            _stdio?.ErrorOutput?.Resume();
        }
    }

    private void Want()
    {
        while (_hungUp && !_isClosed && TakesInput) Read();
        if (_isClosed) return;
        _watch.Want(_hungUp ? EpollInterest.None
            : (TakesInput ? EpollInterest.In : EpollInterest.None) | (_queue.Count > 0 ? EpollInterest.Out : EpollInterest.None) | EpollInterest.Error);
    }

    private bool TakesInput => !_inputOver && !_finishing && (_stdio?.Input is not { IsFull: true } || !Request.Stdin);
}
