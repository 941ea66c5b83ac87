using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux.Native;

/// <summary>A null-terminated array of C strings, as execve(2) takes argv and envp: one unmanaged block.</summary>
public static unsafe class StringVector
{
    public static byte** Allocate(IReadOnlyList<string> strings)
    {
        nuint pointers = (nuint)(strings.Count + 1) * (nuint)sizeof(byte*), bytes = 0;
        for (int i = 0; i < strings.Count; i++) bytes += (nuint)Encoding.UTF8.GetMaxByteCount(strings[i].Length) + 1;
        byte** vector = (byte**)NativeMemory.Alloc(pointers + bytes);
        byte* next = (byte*)vector + pointers;
        for (int i = 0; i < strings.Count; i++)
        {
            vector[i] = next;
            fixed (char* characters = strings[i])
                next += Encoding.UTF8.GetBytes(characters, strings[i].Length, next, Encoding.UTF8.GetMaxByteCount(strings[i].Length));
            *next++ = 0;
        }
        vector[strings.Count] = null;
        return vector;
    }

    public static void Free(byte** vector) => NativeMemory.Free(vector);
}
