using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sampan.EngineApi.Listen;

/// <summary>A connection below HTTP that a handler can take over for attach and exec. Kestrel's own upgrade ends a connection as soon as the
/// client half-closes it, which for `echo x | docker run -i` is the normal case; and old clients send no Upgrade header at all.</summary>
internal sealed class HijackableConnection : ConnectionContext, IDuplexPipe
{
    private readonly ConnectionContext _inner;
    private readonly HijackableReader _input;
    private readonly HijackableWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private volatile bool _hijacked;

    internal HijackableConnection(ConnectionContext inner)
    {
        _inner = inner;
        _input = new HijackableReader(inner.Transport.Input);
        _output = new HijackableWriter(inner.Transport.Output);
        Transport = this;
        inner.Features.Set(this);
        // The end of the client's half means "gone" to HTTP, but only "no more input" to a hijacked stream.
        inner.ConnectionClosed.UnsafeRegister(static state => ((HijackableConnection)state!).OnInnerClosed(), this);
    }

    public override IDuplexPipe Transport { get; set; }
    PipeReader IDuplexPipe.Input => _input;
    PipeWriter IDuplexPipe.Output => _output;

    public override string ConnectionId { get => _inner.ConnectionId; set => _inner.ConnectionId = value; }
    public override IFeatureCollection Features => _inner.Features;
    public override IDictionary<object, object?> Items { get => _inner.Items; set => _inner.Items = value; }
    public override CancellationToken ConnectionClosed { get => _closed.Token; set => throw new NotSupportedException(); }
    public override EndPoint? LocalEndPoint { get => _inner.LocalEndPoint; set => _inner.LocalEndPoint = value; }
    public override EndPoint? RemoteEndPoint { get => _inner.RemoteEndPoint; set => _inner.RemoteEndPoint = value; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _inner.Abort(abortReason);
        _closed.CancelAsync(); // on the thread pool: the caller may hold a lock of HTTP's
    }

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();

    /// <summary>Writes the head and gives the bytes of both directions to the caller. HTTP sees an ended connection afterwards.</summary>
    internal async Task<HijackedStream> HijackAsync(string head, IHeaderDictionary headers, CancellationToken ct)
    {
        var text = new StringBuilder(head);
        foreach (var (name, values) in headers)
            if (name is not ("Connection" or "Content-Type")) text.Append(name).Append(": ").Append(values.ToString()).Append("\r\n");
        text.Append("\r\n");
        _hijacked = true;
        _input.Detach();
        var output = _output.Detach();
        var socket = Features.Get<IConnectionSocketFeature>()?.Socket;
        byte[] bytes = Encoding.ASCII.GetBytes(text.ToString());
        // Past the pipe, in which nothing waits yet: once this returns the head is in the kernel, and one can see when the client has read it.
        if (socket is null) await output.WriteAsync(bytes, ct);
        else for (int sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent), ct);
        return new HijackedStream(_inner.Transport.Input, output, socket, new HangupWatch(socket));
    }

    private void OnInnerClosed()
    {
        if (!_hijacked) _closed.Cancel();
    }
}
