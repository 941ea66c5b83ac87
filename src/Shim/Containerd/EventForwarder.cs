using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Linux.Sockets;
using Sampan.Shim.Loop;
using Sampan.ShimClient;
using Sampan.Specs.Protobuf;
using Sampan.ShimClient.Ttrpc;

namespace Sampan.Shim.Containerd;

/// <summary>Delivers events to containerd's ttrpc event service, one after the other: the next goes out when the last was taken. While containerd
/// is away they wait. https://github.com/containerd/containerd/blob/v1.7.0/api/services/ttrpc/events/v1/events.proto</summary>
internal sealed class EventForwarder(EventLoop loop, EventService service) : IEventSink
{
    private const string Service = "containerd.services.events.ttrpc.v1.Events";
    private const int MaxWaiting = 2048;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Patience = TimeSpan.FromSeconds(5);

    private readonly Queue<byte[]> _waiting = []; // encoded ForwardRequests, the first on its way while _sent
    private readonly List<byte> _received = [];
    private SafeFileHandle? _socket;
    private SendQueue? _queue;
    private Watch? _watch;
    private Action? _whenSent;
    private uint _stream = 1;
    private bool _sent, _pausing;

    public void Created(TaskCreateRequest request, int pid) => Publish("/tasks/create", "containerd.events.TaskCreate", writer =>
    {
        writer.String(1, request.Id);
        writer.String(2, request.Bundle);
        foreach (var mount in request.Rootfs) MountMessage.Write(writer, 3, mount);
        int io = writer.Begin(4);
        writer.String(1, request.Stdin);
        writer.String(2, request.Stdout);
        writer.String(3, request.Stderr);
        writer.Bool(4, request.Terminal);
        writer.End(io);
        writer.String(5, request.Checkpoint);
        writer.UInt32(6, (uint)pid);
    });

    public void Started(string id, int pid) => Publish("/tasks/start", "containerd.events.TaskStart", writer =>
    {
        writer.String(1, id);
        writer.UInt32(2, (uint)pid);
    });

    public void ExecAdded(string id, string execId) => Publish("/tasks/exec-added", "containerd.events.TaskExecAdded", writer =>
    {
        writer.String(1, id);
        writer.String(2, execId);
    });

    public void ExecStarted(string id, string execId, int pid) => Publish("/tasks/exec-started", "containerd.events.TaskExecStarted", writer =>
    {
        writer.String(1, id);
        writer.String(2, execId);
        writer.UInt32(3, (uint)pid);
    });

    public void Exited(string id, string execId, TaskExit exit) => Publish("/tasks/exit", "containerd.events.TaskExit", writer =>
    {
        writer.String(1, id);
        writer.String(2, execId.Length == 0 ? id : execId);
        writer.UInt32(3, (uint)exit.Pid);
        writer.UInt32(4, (uint)exit.ExitStatus);
        TimestampMessage.Write(writer, 5, exit.ExitedAt);
    });

    public void Deleted(string id, TaskExit exit) => Publish("/tasks/delete", "containerd.events.TaskDelete", writer =>
    {
        writer.String(1, id);
        writer.UInt32(2, (uint)exit.Pid);
        writer.UInt32(3, (uint)exit.ExitStatus);
        TimestampMessage.Write(writer, 4, exit.ExitedAt);
    });

    public bool WantsOutOfMemory => true;

    public void OutOfMemory(string id) => Publish("/tasks/oom", "containerd.events.TaskOOM", writer => writer.String(1, id));

    public void Paused(string id) => Publish("/tasks/paused", "containerd.events.TaskPaused", writer => writer.String(1, id));

    public void Resumed(string id) => Publish("/tasks/resumed", "containerd.events.TaskResumed", writer => writer.String(1, id));

    public void Checkpointed(string id, string path) => Publish("/tasks/checkpointed", "containerd.events.TaskCheckpointed", writer =>
    {
        writer.String(1, id);
        writer.String(2, path);
    });

    public void WhenSent(Action done)
    {
        if (_waiting.Count == 0)
        {
            done();
            return;
        }
        _whenSent = done;
        loop.After(Patience, done);
    }

    private void Publish(string topic, string type, Action<ProtobufWriter> write)
    {
        if (_waiting.Count >= MaxWaiting)
        {
            ShimLog.Write($"event {topic} is lost: {MaxWaiting} others wait for containerd already");
            return;
        }
        var message = new ProtobufWriter();
        write(message);
        var request = new ProtobufWriter();
        int envelope = request.Begin(1);
        TimestampMessage.Write(request, 1, DateTimeOffset.UtcNow);
        request.String(2, service.Namespace);
        request.String(3, topic);
        AnyMessage.Write(request, 4, type, message.Written);
        request.End(envelope);
        _waiting.Enqueue(request.Written.ToArray());
        SendNext();
    }

    private void SendNext()
    {
        if (_sent || _pausing) return;
        if (!_waiting.TryPeek(out byte[]? request))
        {
            _whenSent?.Invoke();
            return;
        }
        if (!Connect()) return;
        var frame = new ProtobufWriter();
        frame.Raw(stackalloc byte[FrameHeader.Size]);
        new TtrpcRequest { Service = Service, Method = "Forward", Payload = request }.Write(frame);
        new FrameHeader(frame.Length - FrameHeader.Size, _stream, FrameType.Request).Format(frame.WrittenSpan[..FrameHeader.Size]);
        _stream += 2;
        _sent = true;
        _queue!.Send(frame.Written);
        _watch!.Want(EpollInterest.In | (_queue.Count > 0 ? EpollInterest.Out : EpollInterest.None));
    }

    private bool Connect()
    {
        if (_socket is not null) return true;
        try
        {
            _socket = StreamSocket.Connect(service.Address);
        }
        catch (FaultException)
        {
            TryAgain();
            return false;
        }
        _queue = new SendQueue(_socket);
        _queue.Drained += () => _watch!.Want(EpollInterest.In);
        _watch = loop.Add(_socket, EpollInterest.In, Ready);
        return true;
    }

    private void Ready(EpollInterest events)
    {
        if (events.HasFlag(EpollInterest.Out)) _queue!.Flush();
        if ((events & ~EpollInterest.Out) == 0) return;
        int got = Transfer.Read(_socket!, loop.Buffer);
        if (got == Transfer.WouldBlock) return;
        if (got <= 0)
        {
            Disconnect();
            TryAgain();
            return;
        }
        _received.AddRange(loop.Buffer.AsSpan(0, got));
        Answered();
    }

    private void Answered()
    {
        if (_received.Count < FrameHeader.Size) return;
        byte[] bytes = [.. _received];
        var header = FrameHeader.Parse(bytes);
        if (bytes.Length < FrameHeader.Size + header.Length) return;
        _received.RemoveRange(0, FrameHeader.Size + header.Length);
        try
        {
            var response = TtrpcResponse.Read(bytes.AsSpan(FrameHeader.Size, header.Length));
            if (response.Code != StatusCode.Ok) ShimLog.Write($"containerd refused an event: {response.Message}");
        }
        catch (FaultException e)
        {
            ShimLog.Write($"containerd's answer to an event: {e.Message}");
        }
        _sent = false;
        _waiting.Dequeue();
        SendNext();
    }

    private void Disconnect()
    {
        _watch!.Dispose();
        _socket!.Dispose();
        (_watch, _socket, _queue) = (null, null, null);
        _received.Clear();
        _sent = false;
    }

    private void TryAgain()
    {
        if (_pausing) return;
        _pausing = true;
        loop.After(Pause, () =>
        {
            _pausing = false;
            SendNext();
        });
    }
}
