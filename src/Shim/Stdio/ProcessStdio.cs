using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Shim.Attach;
using Sampan.Shim.Logs;
using Sampan.Shim.Loop;
using Sampan.ShimClient;

namespace Sampan.Shim.Stdio;

/// <summary>The three streams of one process: what the process holds, and what becomes of each byte on our side.</summary>
internal sealed class ProcessStdio : IDisposable
{
    // How long somebody who outlived the process may hold its output open: what the process itself wrote is in the pipe when it ends.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);

    private readonly EventLoop _loop;
    private readonly StdioRequest _request;
    private readonly List<AttachConnection> _attached = [];
    private readonly List<SafeFileHandle> _ours = []; // our ends until Begin
    private FifoInput? _fifo;
    private JsonFileLog? _log;
    private SafeFileHandle? _console;

    /// <summary>Opens the targets and makes the pipes.</summary>
    /// <exception cref="FaultException">A URI cannot be understood or opened.</exception>
    public ProcessStdio(EventLoop loop, StdioRequest request)
    {
        (_loop, _request) = (loop, request);
        try
        {
            if (request.Stdin.Length > 0) Input = OpenInput();
            if (request.Stdout.Length > 0 || request.Terminal) Output = OpenOutput(request.Stdout, stderr: false);
            if (request.Stderr.Length > 0 && !request.Terminal) ErrorOutput = OpenOutput(request.Stderr, stderr: true);
            if (!request.Terminal) MakePipes();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public InputStream? Input { get; }
    public OutputStream? Output { get; }
    public OutputStream? ErrorOutput { get; }
    public bool Terminal => _request.Terminal;
    public StdioRequest Request => _request;

    /// <summary>End of an attached client's input is the process's end of input.</summary>
    public bool ClosesInputWithClient => _request.IsExec || _request.Stdin == StdioUri.AttachOnce;

    /// <summary>The process's ends; null is /dev/null.</summary>
    public SafeFileHandle? ChildStdin { get; private set; }
    public SafeFileHandle? ChildStdout { get; private set; }
    public SafeFileHandle? ChildStderr { get; private set; }

    /// <summary>The process exists: closes its ends here and starts to move bytes.</summary>
    /// <param name="console">The pty's master when there is a terminal; owned from here on.</param>
    public void Begin(SafeFileHandle? console)
    {
        CloseChildEnds();
        if (Terminal)
        {
            _console = console ?? throw new FaultException(FaultKind.Internal, "the process has no terminal though one was asked for");
            Input?.Begin(Files.Duplicate(console), terminal: true);
            Output!.Begin(Files.Duplicate(console));
            return;
        }
        int i = 0;
        Input?.Begin(_ours[i++], terminal: false);
        Output?.Begin(_ours[i++]);
        ErrorOutput?.Begin(_ours[i]);
        _ours.Clear();
    }

    public void Attach(AttachConnection client)
    {
        _attached.Add(client);
        if (client.Request.Stdout) Output?.Add(client);
        if (client.Request.Stderr) ErrorOutput?.Add(client);
    }

    public void Detach(AttachConnection client)
    {
        _attached.Remove(client);
        Output?.Remove(client);
        ErrorOutput?.Remove(client);
    }

    /// <summary>CloseIO: no more input.</summary>
    public void CloseInput()
    {
        if (_fifo is not null) _fifo.Close();
        else Input?.Close();
    }

    /// <summary>ResizePty: nothing to do, and no error, for a process without terminal, as with containerd's shim.</summary>
    public void Resize(ushort columns, ushort rows)
    {
        if (_console is not null) Pty.Resize(_console, columns, rows);
    }

    /// <summary>The process has ended: takes the rest of its output, lets the attached clients go and calls <paramref name="done"/>, at once
    /// unless somebody else holds its output open.</summary>
    public void Finish(Action done)
    {
        Output?.Drain();
        ErrorOutput?.Drain();
        if (IsOver)
        {
            Close(done);
            return;
        }
        bool closed = false;
        Deadline? linger = null;
        if (Output is not null) Output.Ended += OnEnded;
        if (ErrorOutput is not null) ErrorOutput.Ended += OnEnded;
        linger = _loop.After(Linger, GiveUp);

        void GiveUp()
        {
            Output?.Drain();
            Output?.End();
            ErrorOutput?.Drain();
            ErrorOutput?.End();
            OnEnded();
        }

        void OnEnded()
        {
            if (closed || !IsOver) return;
            closed = true;
            linger?.Cancel();
            Close(done);
        }
    }

    public void Dispose()
    {
        CloseChildEnds();
        foreach (var end in _ours) end.Dispose();
        _fifo?.Dispose();
        Input?.Dispose();
        Output?.End();
        ErrorOutput?.End();
        _console?.Dispose();
        _log?.Dispose();
        foreach (var client in _attached.ToArray()) client.Finish();
    }

    private bool IsOver => Output is not { HasEnded: false } && ErrorOutput is not { HasEnded: false };

    private void Close(Action done)
    {
        Dispose();
        done();
    }

    private InputStream OpenInput()
    {
        var input = new InputStream(_loop);
        if (!StdioUri.IsAttach(_request.Stdin)) _fifo = new FifoInput(_loop, PathOf(_request.Stdin), input);
        return input;
    }

    private OutputStream OpenOutput(string uri, bool stderr)
    {
        var stream = new OutputStream(_loop, stderr);
        if (StdioUri.IsLog(uri))
        {
            if (StdioUri.ParseLog(uri) is { } target) stream.Add(new LogTarget(_log ??= new JsonFileLog(target), stderr));
        }
        else if (uri.Length > 0 && !StdioUri.IsAttach(uri))
        {
            stream.Add(DescriptorTarget.Open(_loop, PathOf(uri), stream));
        }
        return stream;
    }

    private void MakePipes()
    {
        if (Input is not null)
        {
            var (reader, writer) = Files.Pipe();
            ChildStdin = reader;
            _ours.Add(writer);
        }
        if (Output is not null)
        {
            var (reader, writer) = Files.Pipe();
            ChildStdout = writer;
            _ours.Add(reader);
        }
        if (ErrorOutput is not null)
        {
            var (reader, writer) = Files.Pipe();
            ChildStderr = writer;
            _ours.Add(reader);
        }
    }

    private void CloseChildEnds()
    {
        ChildStdin?.Dispose();
        ChildStdout?.Dispose();
        ChildStderr?.Dispose();
        ChildStdin = ChildStdout = ChildStderr = null;
    }

    // containerd, pkg/process/io.go: a plain path and fifo:// are fifos, file:// is a file, binary:// a logging program.
    private static string PathOf(string uri)
    {
        if (uri.StartsWith('/')) return uri;
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        return scheme > 0 && uri[..scheme] is "fifo" or "file" && uri.AsSpan(scheme + 3).StartsWith("/")
            ? uri[(scheme + 3)..]
            : throw new FaultException(FaultKind.NotSupported,
                $"cannot use '{uri}' for stdio: only absolute paths, fifo://, file://, sampan-log: and sampan-attach: are supported");
    }
}
