using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.Shim.Loop;

namespace Sampan.Shim.Stdio;

/// <summary>Raw output into a fifo or file, as containerd wants it.</summary>
internal sealed class DescriptorTarget : IOutputTarget
{
    private readonly SafeFileHandle _descriptor;
    private readonly SendQueue _queue;
    private readonly OutputStream _stream;
    private readonly Watch? _watch;
    private bool _ended;

    private DescriptorTarget(EventLoop loop, SafeFileHandle descriptor, bool regular, OutputStream stream)
    {
        (_descriptor, _stream, _queue) = (descriptor, stream, new SendQueue(descriptor));
        _queue.Drained += OnDrained;
        if (!regular) _watch = loop.Add(descriptor, EpollInterest.None, _ => _queue.Flush());
    }

    /// <summary>A fifo is opened for reading too: so opening never waits, a reader that leaves breaks nothing, and the next one (containerd
    /// after its restart) finds what was written meanwhile. Readers see the end when this closes.</summary>
    /// <exception cref="LinuxException">open(2).</exception>
    public static DescriptorTarget Open(EventLoop loop, string path, OutputStream stream)
    {
        bool fifo = Files.TryStat(null, path, followLinks: true, out var stat) && stat.Kind == FileKind.Fifo;
        var flags = fifo ? OpenFlags.ReadWrite | OpenFlags.NonBlocking : OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append;
        return new DescriptorTarget(loop, Files.Open(path, flags, 0x1A4 /* 0644 */), regular: !fifo, stream);
    }

    public bool IsFull => _queue.Count > 0 && _watch is not null;

    public void Write(ReadOnlySpan<byte> frame)
    {
        _queue.Send(frame[StreamFrame.HeaderSize..]);
        if (_queue.Count > 0) _watch?.Want(EpollInterest.Out);
    }

    public void End()
    {
        _ended = true;
        if (_queue.Count == 0) Close();
    }

    private void OnDrained()
    {
        if (_ended)
        {
            Close();
            return;
        }
        _watch?.Want(EpollInterest.None);
        _stream.Resume();
    }

    private void Close()
    {
        _watch?.Dispose();
        _descriptor.Dispose();
    }
}
