using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Events;
using Sampan.Linux.Native;
using Sampan.ShimClient;

namespace Sampan.Shim.Logs;

/// <summary>The log file of a container in Docker's json-file format. Entries are gathered by <see cref="Append"/> and reach the file by
/// <see cref="Flush"/>, whole ones only: when the disk is full entries are lost, but never half of one stays.
/// <para>Rotation replaces the file: <c>path</c> becomes <c>path.1</c> (or goes, when one file is kept) and a new <c>path</c> is made; when asked,
/// <c>path.1</c> then becomes <c>path.1.gz</c> beside the work. A reader that follows reads its open file to the end and then opens <c>path</c> again
/// when that is another inode.</para></summary>
internal sealed class JsonFileLog : IDisposable
{
    // Most containers say little: the buffer starts small and grows when one read's worth of lines does not fit.
    private const int SmallBuffer = 8 << 10, LargeBuffer = 64 << 10;
    private const string Zipped = ".gz";
    private const int CompressionStack = 256 << 10;   // bytes

    private readonly JsonFileTarget _target;
    private SafeFileHandle _file;
    private long _size;
    private byte[] _buffer = [];
    private int _gathered;
    private bool _failing;
    private readonly byte[] _attributes;
    private Thread? _compressing;

    /// <exception cref="LinuxException">open(2).</exception>
    public JsonFileLog(JsonFileTarget target)
    {
        _target = target;
        _attributes = Encoding.UTF8.GetBytes(target.Attributes);
        (_file, _size) = Open();
    }

    /// <param name="line">Without its newline.</param>
    /// <param name="complete">A newline followed.</param>
    /// <param name="stream">stdout or stderr.</param>
    public void Append(ReadOnlySpan<byte> line, bool complete, ReadOnlySpan<byte> stream)
    {
        if (_target.MaxSize > 0 && _size + _gathered >= _target.MaxSize)
        {
            Flush();
            Rotate();
        }
        int room = JsonLine.MaxSize(line.Length) + _attributes.Length;
        if (_buffer.Length - _gathered < room)
        {
            Flush();
            int size = Math.Max(room, _buffer.Length == 0 ? SmallBuffer : LargeBuffer);
            if (_buffer.Length < size) _buffer = GC.AllocateUninitializedArray<byte>(size);
        }
        _gathered += JsonLine.Write(_buffer.AsSpan(_gathered), line, complete, stream, LogTime.Now, _attributes);
    }

    /// <summary>Writes what was gathered.</summary>
    public void Flush()
    {
        if (_gathered == 0) return;
        int written = 0;
        while (written < _gathered)
        {
            int put = Transfer.Write(_file, _buffer.AsSpan(written, _gathered - written));
            if (put <= 0) break;
            written += put;
        }
        if (written == _gathered) _size += written;
        else Undo(written);
        _failing = written != _gathered;
        _gathered = 0;
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
        _compressing?.Join();
    }

    private (SafeFileHandle File, long Size) Open()
    {
        var file = Files.Open(_target.Path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1A0 /* 0640 */);
        return (file, (long)Files.Stat(file).Size);
    }

    private void Undo(int torn)
    {
        if (torn > 0) Files.Truncate(_file, _size);
        if (!_failing) ShimLog.Write($"cannot write the log '{_target.Path}': output is lost until there is room again");
    }

    private void Rotate()
    {
        _compressing?.Join(); // the names below are its too
        for (int i = _target.MaxFiles - 1; i > 0; i--)
        {
            Files.TryUnlink($"{_target.Path}.{i}{Zipped}");
            if (i > 1) Files.TryRename($"{_target.Path}.{i - 1}{Zipped}", $"{_target.Path}.{i}{Zipped}");
            Files.TryRename(i == 1 ? _target.Path : $"{_target.Path}.{i - 1}", $"{_target.Path}.{i}");
        }
        if (_target.MaxFiles == 1) Files.TryUnlink(_target.Path);
        else if (_target.Compress) BeginCompression();
        try
        {
            var (file, size) = Open();
            _file.Dispose();
            (_file, _size) = (file, size);
        }
        catch (LinuxException e)
        {
            // Goes on in the file that is open: better one that is too large than none.
            ShimLog.Write($"cannot rotate the log: {e.Message}");
        }
    }

    // Beside the event loop: the container's output does not wait for it, but for the next rotation.
    private void BeginCompression()
    {
        string full = $"{_target.Path}.1";
        _compressing = new Thread(() =>
        {
            try
            {
                GzipFile.Replace(full, full + Zipped);
            }
            catch (FaultException e)
            {
                ShimLog.Write($"a rotated log stays as it is: {e.Message}");
            }
        }, CompressionStack);
        _compressing.Start();
    }
}
