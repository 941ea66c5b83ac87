using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux.Native;
using SeccompProfile = Sampan.Specs.Oci.Runtime.Seccomp;

namespace Sampan.Linux.Seccomp;

/// <summary>Compiled programs on disk, so that a profile is read and compiled once per machine and boot and not once per container.
/// A file is found by a hash of the profile's JSON and holds that JSON: only the very same text is a hit.
/// Everything about the cache is best effort; without it a program is compiled.</summary>
/// <param name="directory">Of root alone (mode 0700); made when missing.</param>
public sealed unsafe class SeccompCache(string directory)
{
    private const ulong Magic = 0x0001_504d4f434345_53ul;   // changes with the compiler: a new version must not take old programs
    private const int HeaderSize = 20, MaximumEntries = 64;

    /// <param name="json">The linux.seccomp object as it stands in config.json.</param>
    /// <param name="parse">Called when the program is not there yet.</param>
    /// <exception cref="Faults.FaultException">As <see cref="SeccompCompiler.Compile"/>.</exception>
    public SeccompProgram Get(ReadOnlySpan<byte> json, Func<SeccompProfile> parse)
    {
        string path = $"{directory}/{Hash(json):x16}";
        if (TryRead(path, json) is { } known) return known;
        SeccompProgram program = SeccompCompiler.Compile(parse());
        Store(path, json, program);
        return program;
    }

    // u64 magic, u32 flags, u32 bytes of code, u32 bytes of JSON, code, JSON; little-endian
    private static SeccompProgram? TryRead(string path, ReadOnlySpan<byte> json)
    {
        using SafeFileHandle? file = Files.TryOpenAt(null, path, OpenFlags.ReadOnly | OpenFlags.NoFollow, 0, out _);
        if (file is null) return null;
        // One byte more than the largest file of this JSON: a longer one is not ours.
        byte[] content = new byte[HeaderSize + (4096 * SeccompProgram.InstructionSize) + json.Length + 1];
        int length = 0;
        nint got;
        fixed (byte* start = content)
            while ((got = Libc.read(file.Fd(), start + length, (nuint)(content.Length - length))) > 0) length += (int)got;
        ReadOnlySpan<byte> bytes = content.AsSpan(0, length);
        if (length < HeaderSize || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic) return null;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), codeLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        uint jsonLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        if (HeaderSize + (ulong)codeLength + jsonLength != (ulong)length || codeLength % SeccompProgram.InstructionSize != 0) return null;
        return bytes[(HeaderSize + (int)codeLength)..].SequenceEqual(json)
            ? new SeccompProgram(content.AsMemory(HeaderSize, (int)codeLength), flags) : null;
    }

    private void Store(string path, ReadOnlySpan<byte> json, SeccompProgram program)
    {
        try
        {
            _ = Libc.mkdirat(Libc.AT_FDCWD, directory, 0x1C0 /* 0700 */);
            if (Directory.GetFiles(directory).Length >= MaximumEntries) return;
            byte[] content = new byte[HeaderSize + program.Code.Length + json.Length];
            BinaryPrimitives.WriteUInt64LittleEndian(content, Magic);
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), program.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(12), (uint)program.Code.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(16), (uint)json.Length);
            program.Code.Span.CopyTo(content.AsSpan(HeaderSize));
            json.CopyTo(content.AsSpan(HeaderSize + program.Code.Length));
            // Several runtimes may write at once: each its own temporary file, the last rename stays.
            string temporary = $"{path}.{Environment.ProcessId}";
            using (SafeFileHandle file = Files.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Truncate | OpenFlags.NoFollow, 0x180 /* 0600 */))
                Files.WriteAll(file, content, temporary);
            if (Libc.renameat(Libc.AT_FDCWD, temporary, Libc.AT_FDCWD, path) < 0) _ = Libc.unlinkat(Libc.AT_FDCWD, temporary, 0);
        }
        catch (Exception error) when (error is LinuxException or IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the next start some time, nothing else.
        }
    }

    /// <summary>Names the file only; a clash is found out by the comparison. FNV-1a over words: SHA-256 would load libcrypto.</summary>
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        ulong hash = 0xcbf29ce484222325 ^ (ulong)bytes.Length;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) hash = (hash ^ word) * 0x100000001b3 ^ (hash >> 29);
        foreach (byte rest in bytes[(bytes.Length & ~7)..]) hash = (hash ^ rest) * 0x100000001b3;
        return hash;
    }
}
