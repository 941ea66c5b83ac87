using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>The names in an open directory, as bytes, without "." and "..", in the file system's order. getdents(2).</summary>
public sealed unsafe class DirectoryReader(SafeFileHandle directory) : IDisposable
{
    private const int BufferSize = 32 * 1024, HeaderSize = 19;   // d_ino, d_off, d_reclen, d_type
    private byte* _buffer = (byte*)NativeMemory.Alloc(BufferSize);
    private int _at, _next, _end;

    /// <summary>Steps to the next name.</summary>
    /// <exception cref="LinuxException">getdents(2): EBADF for a descriptor opened with O_PATH.</exception>
    public bool Read()
    {
        do
        {
            if (_next == _end && !Fill()) return false;
            _at = _next;
            _next += *(ushort*)(_buffer + _at + 16);
        }
        while (Name is [(byte)'.'] or [(byte)'.', (byte)'.']);
        return true;
    }

    public ReadOnlySpan<byte> Name => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_buffer + _at + HeaderSize);

    /// <summary>The name with the zero byte behind it, for a system call.</summary>
    public ReadOnlySpan<byte> NameWithZero => new(_buffer + _at + HeaderSize, Name.Length + 1);

    /// <summary>0 where the file system does not tell.</summary>
    public FileKind Kind => (FileKind)(_buffer[_at + 18] << 12);

    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _buffer = null;
    }

    /// <summary>All names of a directory, sorted by their bytes.</summary>
    /// <exception cref="LinuxException">getdents(2).</exception>
    public static List<byte[]> Sorted(SafeFileHandle directory)
    {
        List<byte[]> names = [];
        using DirectoryReader reader = new(directory);
        while (reader.Read()) names.Add(reader.Name.ToArray());
        names.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    private bool Fill()
    {
        nint length = Libc.getdents64(directory.Fd(), _buffer, BufferSize);
        // A directory removed while it is read ends here.
        if (length < 0 && LinuxException.LastError != Errno.ENOENT) throw LinuxException.FromLastError("getdents64", "cannot list a directory");
        (_next, _end) = (0, (int)Math.Max(length, 0));
        return length > 0;
    }
}
