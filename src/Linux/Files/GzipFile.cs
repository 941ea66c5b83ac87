using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Events;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Compresses a file that has its last content, by zlib, which every Debian has (zlib1g). Loaded when first needed.</summary>
public static unsafe partial class GzipFile
{
    private const int BufferSize = 64 << 10;
    private const int OriginLength = 34;

    // Magic, deflate, FEXTRA, no time, unknown system; 12 bytes of extra field: "Sp", 8 bytes.
    private static ReadOnlySpan<byte> OriginHead => [0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 12, 0, (byte)'S', (byte)'p', 8, 0];

    /// <summary>Makes <paramref name="compressed"/> of <paramref name="path"/> and removes that. Until it is whole it has another name.
    /// What it was made of is told by <see cref="OriginOf"/>, for a reader that still has that open.</summary>
    /// <exception cref="FaultException">NotSupported: zlib is missing. Otherwise what the files refuse.</exception>
    public static void Replace(string path, string compressed)
    {
        string part = compressed + ".tmp";
        try
        {
            using var source = Files.Open(path, OpenFlags.ReadOnly);
            var stat = Files.Stat(source);
            Compress(source, part, stat.Permissions);
            AppendOrigin(part, stat.Inode);
            if (!Files.TryRename(part, compressed)) throw LinuxException.FromLastError("rename", $"cannot name '{compressed}'");
            Files.TryUnlink(path);
        }
        catch (FaultException)
        {
            Files.TryUnlink(part);
            throw;
        }
        catch (DllNotFoundException e)
        {
            throw new FaultException(FaultKind.NotSupported, "cannot compress: libz.so.1 is missing; install zlib1g", e);
        }
    }

    private static void Compress(SafeFileHandle source, string target, uint mode)
    {
        using var file = Files.Open(target, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate, mode);
        nint stream = gzopen(file.ProcPath(), "wb");
        if (stream == 0) throw new FaultException(FaultKind.Internal, $"cannot compress into '{target}': gzopen failed");
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        bool whole = true;
        for (int read; whole && (read = Transfer.Read(source, buffer)) > 0;)
            fixed (byte* bytes = buffer)
                whole = gzwrite(stream, bytes, (uint)read) == read;
        if (gzclose(stream) != 0 || !whole) throw new FaultException(FaultKind.Unavailable, $"cannot compress into '{target}': writing failed, the disk may be full");
    }

    // A gzip file may have several members; the last one here is empty and has an extra field. RFC 1952 § 2.2, § 2.3.1.1
    private static void AppendOrigin(string path, ulong inode)
    {
        Span<byte> member = stackalloc byte[OriginLength];
        member.Clear();
        OriginHead.CopyTo(member);
        BinaryPrimitives.WriteUInt64LittleEndian(member[OriginHead.Length..], inode);
        member[OriginHead.Length + sizeof(ulong)] = 3; // a last block of fixed codes with nothing in it; checksum and length are 0
        using var file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Append);
        if (Transfer.Write(file, member) != member.Length) throw new FaultException(FaultKind.Unavailable, $"cannot complete '{path}': the disk may be full");
    }

    /// <summary>The inode of the file that this one was made of.</summary>
    /// <returns>Null for a file that <see cref="Replace"/> did not make.</returns>
    public static ulong? OriginOf(string path)
    {
        if (!Files.TryStat(null, path, followLinks: false, out var stat) || stat.Size < OriginLength) return null;
        Span<byte> member = stackalloc byte[OriginLength];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return RandomAccess.Read(file, member, (long)stat.Size - OriginLength) == OriginLength && member.StartsWith(OriginHead)
            ? BinaryPrimitives.ReadUInt64LittleEndian(member[OriginHead.Length..]) : null;
    }

    [LibraryImport("libz.so.1", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint gzopen(string path, string mode);

    [LibraryImport("libz.so.1")]
    private static partial int gzwrite(nint stream, byte* bytes, uint length);

    [LibraryImport("libz.so.1")]
    private static partial int gzclose(nint stream);
}
