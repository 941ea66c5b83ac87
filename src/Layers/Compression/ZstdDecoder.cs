using System.Runtime.InteropServices;
using Sampan.Layers.Tar;

namespace Sampan.Layers.Compression;

/// <summary>Zstandard, RFC 8878, by the system's libzstd: frames one after the other, skippable frames included. The window, and so the memory,
/// is held by the library's default limit of 128 MiB.</summary>
internal sealed unsafe class ZstdDecoder : DecoderStream
{
    private static readonly SystemLibrary Library = new("libzstd.so.1", "libzstd1", "zstd");
    private readonly CompressedInput _input;
    private readonly delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint> _decompress;
    private readonly delegate* unmanaged<nint, nuint> _free;
    private nint _context;
    private ReadOnlyMemory<byte> _rest;
    private bool _inFrame;

    /// <exception cref="Faults.FaultException">NotSupported: no libzstd.</exception>
    internal ZstdDecoder(CompressedInput input)
    {
        _input = input;
        _decompress = (delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint>)Library.Function("ZSTD_decompressStream");
        _free = (delegate* unmanaged<nint, nuint>)Library.Function("ZSTD_freeDCtx");
        _context = ((delegate* unmanaged<nint>)Library.Function("ZSTD_createDCtx"))();
        if (_context == 0) throw new OutOfMemoryException("ZSTD_createDCtx");
    }

    public override int Read(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_rest.IsEmpty) _rest = _input.Next();
            bool ended = _rest.IsEmpty;
            if (ended && !_inFrame) return 0;
            // The library reads and writes plain memory: both buffers are pinned for the one call.
            fixed (byte* source = _rest.Span, target = buffer)
            {
                ZstdBuffer output = new() { Start = target, Size = (nuint)buffer.Length };
                ZstdBuffer input = new() { Start = source, Size = (nuint)_rest.Length };
                nuint wanted = _decompress(_context, &output, &input);
                if (IsError(wanted)) throw TarFault.Damaged($"damaged zstd data near byte {_input.Count}");
                _inFrame = wanted != 0;
                _rest = _rest[(int)input.Position..];
                if (output.Position > 0) return (int)output.Position;
            }
            if (ended) throw TarFault.Damaged($"truncated zstd data at byte {_input.Count}");
        }
        return 0;
    }

    // ZSTD_isError: sizes of the last page of the address space are error codes.
    private static bool IsError(nuint result) => result > unchecked((nuint)(-120));

    protected override void Dispose(bool disposing)
    {
        if (_context != 0) _free(_context);
        _context = 0;
        _input.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer, zstd.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ZstdBuffer
    {
        internal byte* Start;
        internal nuint Size;
        internal nuint Position;
    }
}
