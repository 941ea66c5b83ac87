using System.Text;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Runtime.CommandLine;

/// <summary>Descriptors 1 and 2 without System.Console, which costs a quarter of the runtime's start-up.</summary>
internal static class StandardOutput
{
    internal static void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    internal static void Write(ReadOnlySpan<byte> utf8) => Write(1, utf8);

    internal static void WriteError(string text)
    {
        try
        {
            Write(2, Encoding.UTF8.GetBytes(text));
        }
        catch (LinuxException)
        {
            // Nobody reads it.
        }
    }

    private static void Write(int descriptor, ReadOnlySpan<byte> utf8)
    {
        using SafeFileHandle handle = new(descriptor, ownsHandle: false);
        Files.WriteAll(handle, utf8, descriptor == 1 ? "standard output" : "standard error");
    }
}
