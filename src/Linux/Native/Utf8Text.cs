using System.Runtime.InteropServices;

namespace Sampan.Linux.Native;

/// <summary>A string as the kernel takes it: UTF-8 and a zero byte, in unmanaged memory for as long as this lives.</summary>
public readonly unsafe ref struct Utf8Text
{
    public Utf8Text(string? text) => Pointer = (byte*)Marshal.StringToCoTaskMemUTF8(text);

    /// <summary>Null for a null string.</summary>
    public byte* Pointer { get; }

    public void Dispose() => Marshal.FreeCoTaskMem((nint)Pointer);
}
