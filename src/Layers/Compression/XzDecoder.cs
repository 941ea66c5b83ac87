using System.Runtime.InteropServices;
using Sampan.Layers.Tar;

namespace Sampan.Layers.Compression;

/// <summary>xz, also several streams one after the other, by the system's liblzma.</summary>
internal sealed unsafe class XzDecoder : DecoderStream
{
    private const int LZMA_OK = 0, LZMA_STREAM_END = 1, LZMA_RUN = 0, LZMA_FINISH = 3;
    private const uint LZMA_CONCATENATED = 8;
    private const ulong MaxMemory = 256 << 20;   // xz -9 wants 65 MiB
    private static readonly SystemLibrary Library = new("liblzma.so.5", "liblzma5", "xz");
    private readonly CompressedInput _input;
    private readonly delegate* unmanaged<LzmaStream*, int, int> _code;
    private readonly delegate* unmanaged<LzmaStream*, void> _end;
    private LzmaStream* _stream;   // unmanaged: the library keeps its address
    private ReadOnlyMemory<byte> _rest;
    private bool _ended;

    /// <exception cref="Faults.FaultException">NotSupported: no liblzma.</exception>
    internal XzDecoder(CompressedInput input)
    {
        _input = input;
        _code = (delegate* unmanaged<LzmaStream*, int, int>)Library.Function("lzma_code");
        _end = (delegate* unmanaged<LzmaStream*, void>)Library.Function("lzma_end");
        var start = (delegate* unmanaged<LzmaStream*, ulong, uint, int>)Library.Function("lzma_stream_decoder");
        _stream = (LzmaStream*)NativeMemory.AllocZeroed((nuint)sizeof(LzmaStream));
        if (start(_stream, MaxMemory, LZMA_CONCATENATED) != LZMA_OK) throw new OutOfMemoryException("lzma_stream_decoder");
    }

    public override int Read(Span<byte> buffer)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            if (_rest.IsEmpty) _rest = _input.Next();
            // The library reads and writes plain memory: both buffers are pinned for the one call.
            fixed (byte* source = _rest.Span, target = buffer)
            {
                _stream->NextIn = source;
                _stream->AvailableIn = (nuint)_rest.Length;
                _stream->NextOut = target;
                _stream->AvailableOut = (nuint)buffer.Length;
                int result = _code(_stream, _rest.IsEmpty ? LZMA_FINISH : LZMA_RUN);
                if (result is not (LZMA_OK or LZMA_STREAM_END)) throw TarFault.Damaged($"damaged or truncated xz data near byte {_input.Count}");
                _ended = result == LZMA_STREAM_END;
                _rest = _rest[^(int)_stream->AvailableIn..];
                int written = buffer.Length - (int)_stream->AvailableOut;
                if (written > 0) return written;
            }
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (_stream is not null)
        {
            _end(_stream);
            NativeMemory.Free(_stream);
            _stream = null;
        }
        _input.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>lzma_stream, lzma/base.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct LzmaStream
    {
        internal byte* NextIn;
        internal nuint AvailableIn;
        internal ulong TotalIn;
        internal byte* NextOut;
        internal nuint AvailableOut;
        internal ulong TotalOut;
        private fixed ulong _private[12];   // allocator, internal, 4 pointers, seek_pos, reserved
    }
}
