using System.Buffers;
using System.Runtime.InteropServices;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>A large buffer in pages of its own, which the kernel has back the moment it is disposed. From malloc they would stay with the arena of a thread that has
/// long ended, in the managed heap until the next full collection: both add up while a daemon pulls one image after the other. mmap(2)</summary>
public sealed unsafe partial class MappedMemory : MemoryManager<byte>
{
    private readonly int _length;
    private byte* _start;

    /// <param name="length">Bytes; zero at first.</param>
    /// <exception cref="LinuxException">ENOMEM.</exception>
    public MappedMemory(int length)
    {
        nint start = mmap(0, (nuint)length, ReadWrite, PrivateAnonymous, -1, 0);
        if (start == -1) throw LinuxException.FromLastError("mmap", $"cannot map {length} bytes of memory");
        _start = (byte*)start;
        _length = length;
    }

    /// <summary>Valid until it is disposed.</summary>
    public override Span<byte> GetSpan() => new(_start, _length);

    /// <summary>It never moves: nothing has to be held.</summary>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_start + elementIndex);

    public override void Unpin() { }

    /// <summary>For owners, who know that nobody reads or writes it any more.</summary>
    public void Free() => Dispose(disposing: true);

    protected override void Dispose(bool disposing)
    {
        if (_start is not null) munmap((nint)_start, (nuint)_length);   // fails for wrong arguments only
        _start = null;
    }

    private const int ReadWrite = 1 | 2;                 // PROT_READ | PROT_WRITE
    private const int PrivateAnonymous = 0x02 | 0x20;    // MAP_PRIVATE | MAP_ANONYMOUS

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int fd, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(nint address, nuint length);
}
