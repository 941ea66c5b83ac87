using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Sampan.Faults;
using Sampan.Layers.Tar;
using Sampan.Linux;
using Sampan.Specs.Oci.Image;

namespace Sampan.Layers;

/// <summary>Two threads beside the caller's: one reads and inflates into a ring of buffers, one hashes them, and the caller takes the same
/// bytes as a tar. A buffer is filled again when both are done with it, so memory stays the same however large the layer is.</summary>
internal sealed class LayerPipeline : TarSource, IDisposable
{
    private const int Buffers = 8, BufferSize = 256 * 1024;
    private const int ThreadStack = 256 * 1024;
    private readonly MappedMemory _memory = new(Buffers * BufferSize);
    private readonly int[] _lengths = new int[Buffers];
    private readonly object _gate = new();   // guards the counts and flags below; a buffer belongs to whom the counts say
    private readonly Stream _tar;
    private readonly long _maxBytes;
    private readonly Thread _inflater, _hasher;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _filled, _hashed, _taken;
    private bool _ended, _stopped;
    private ExceptionDispatchInfo? _failure;
    private int _at, _length;   // in the buffer being taken; the caller's thread only

    /// <param name="tar">Uncompressed; read on the pipeline's thread until <see cref="Dispose"/>.</param>
    internal LayerPipeline(Stream tar, long maxBytes)
    {
        (_tar, _maxBytes) = (tar, maxBytes);
        _inflater = new Thread(Inflate, ThreadStack) { IsBackground = true, Name = "layer inflate" };
        _hasher = new Thread(Hash, ThreadStack) { IsBackground = true, Name = "layer hash" };
        _inflater.Start();
        _hasher.Start();
    }

    /// <summary>After the last byte was taken.</summary>
    internal Digest Finish()
    {
        _hasher.Join();
        return Digest.FromHash(_hash.GetHashAndReset());
    }

    /// <summary>Waits for both threads: nothing touches the caller's stream afterwards.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
        _inflater.Join();
        _hasher.Join();
        _hash.Dispose();
        _memory.Free();
    }

    protected override ReadOnlySpan<byte> Next(int most)
    {
        if (_at == _length && !TakeBuffer()) return default;
        int length = Math.Min(most, _length - _at);
        ReadOnlySpan<byte> bytes = Buffer(_taken).Slice(_at, length);
        _at += length;
        return bytes;
    }

    private bool TakeBuffer()
    {
        lock (_gate)
        {
            if (_length > 0)
            {
                _taken++;
                _at = _length = 0;
                Monitor.PulseAll(_gate);
            }
            while (_taken == _filled && !_ended) Monitor.Wait(_gate);
            if (_taken < _filled)
            {
                _length = _lengths[_taken % Buffers];
                return true;
            }
            _failure?.Throw();
            return false;
        }
    }

    private void Inflate()
    {
        try
        {
            long total = 0;
            for (int length = BufferSize; length == BufferSize; total += length)
            {
                lock (_gate)
                {
                    while (_filled - Math.Min(_hashed, _taken) == Buffers && !_stopped) Monitor.Wait(_gate);
                    if (_stopped) return;
                }
                length = Fill(Buffer(_filled));
                if (total + length > _maxBytes)
                    throw new FaultException(FaultKind.InvalidArgument,
                        $"cannot unpack layer: it has more than {_maxBytes} bytes; raise the limit if the source is trusted");
                if (length > 0) Publish(length);
            }
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);   // thrown on the caller's thread
        }
        finally
        {
            lock (_gate)
            {
                _ended = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private int Fill(Span<byte> buffer)
    {
        int length = 0;
        while (length < buffer.Length && !Volatile.Read(ref _stopped))
        {
            int got = _tar.Read(buffer[length..]);
            if (got == 0) break;
            length += got;
        }
        return length;
    }

    private void Publish(int length)
    {
        lock (_gate)
        {
            _lengths[_filled % Buffers] = length;
            _filled++;
            Monitor.PulseAll(_gate);
        }
    }

    private void Hash()
    {
        while (true)
        {
            int length;
            lock (_gate)
            {
                while (_hashed == _filled && !_ended && !_stopped) Monitor.Wait(_gate);
                if (_hashed == _filled || _stopped) return;
                length = _lengths[_hashed % Buffers];
            }
            _hash.AppendData(Buffer(_hashed)[..length]);
            lock (_gate)
            {
                _hashed++;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private Span<byte> Buffer(long number) => _memory.GetSpan().Slice((int)(number % Buffers) * BufferSize, BufferSize);
}
