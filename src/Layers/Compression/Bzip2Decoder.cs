using System.Runtime.InteropServices;
using Sampan.Layers.Tar;

namespace Sampan.Layers.Compression;

/// <summary>bzip2, also several streams one after the other, by the system's libbz2.</summary>
internal sealed unsafe class Bzip2Decoder : DecoderStream
{
    private const int BZ_OK = 0, BZ_STREAM_END = 4;
    private static readonly SystemLibrary Library = new("libbz2.so.1.0", "libbz2-1.0", "bzip2");
    private readonly CompressedInput _input;
    private readonly delegate* unmanaged<BzStream*, int, int, int> _start;
    private readonly delegate* unmanaged<BzStream*, int> _decompress;
    private readonly delegate* unmanaged<BzStream*, int> _end;
    private BzStream* _stream;   // unmanaged: the library keeps its address
    private ReadOnlyMemory<byte> _rest;
    private bool _inStream;

    /// <exception cref="Faults.FaultException">NotSupported: no libbz2.</exception>
    internal Bzip2Decoder(CompressedInput input)
    {
        _input = input;
        _start = (delegate* unmanaged<BzStream*, int, int, int>)Library.Function("BZ2_bzDecompressInit");
        _decompress = (delegate* unmanaged<BzStream*, int>)Library.Function("BZ2_bzDecompress");
        _end = (delegate* unmanaged<BzStream*, int>)Library.Function("BZ2_bzDecompressEnd");
        _stream = (BzStream*)NativeMemory.AllocZeroed((nuint)sizeof(BzStream));
    }

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_rest.IsEmpty) _rest = _input.Next();
            if (_rest.IsEmpty) return _inStream ? throw TarFault.Damaged($"truncated bzip2 data at byte {_input.Count}") : 0;
            if (!_inStream && _start(_stream, 0, 0) != BZ_OK) throw new OutOfMemoryException("BZ2_bzDecompressInit");
            _inStream = true;
            // The library reads and writes plain memory: both buffers are pinned for the one call.
            fixed (byte* source = _rest.Span, target = buffer)
            {
                _stream->NextIn = source;
                _stream->AvailableIn = (uint)_rest.Length;
                _stream->NextOut = target;
                _stream->AvailableOut = (uint)buffer.Length;
                int result = _decompress(_stream);
                if (result is not (BZ_OK or BZ_STREAM_END)) throw TarFault.Damaged($"damaged bzip2 data near byte {_input.Count}");
                _rest = _rest[^(int)_stream->AvailableIn..];
                if (result == BZ_STREAM_END) EndStream();
                int written = buffer.Length - (int)_stream->AvailableOut;
                if (written > 0) return written;
            }
        }
        return 0;
    }

    private void EndStream()
    {
        _end(_stream);
        _inStream = false;
    }

    protected override void Dispose(bool disposing)
    {
        if (_stream is not null)
        {
            if (_inStream) EndStream();
            NativeMemory.Free(_stream);
            _stream = null;
        }
        _input.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>bz_stream, bzlib.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct BzStream
    {
        internal byte* NextIn;
        internal uint AvailableIn;
        private readonly uint _totalInLow, _totalInHigh;
        internal byte* NextOut;
        internal uint AvailableOut;
        private readonly uint _totalOutLow, _totalOutHigh;
        private readonly nint _state, _allocate, _free, _opaque;
    }
}
