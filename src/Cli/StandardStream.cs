using Microsoft.Win32.SafeHandles;

namespace Sampan.Cli;

/// <summary>Descriptors 0, 1 and 2 as they are. Not System.Console: it reads terminals by lines and sets them up its own way.</summary>
internal static class StandardStream
{
    /// <returns>A stream without a buffer; nothing at all when the descriptor is closed.</returns>
    public static Stream Open(int fd, FileAccess access)
    {
        try
        {
            return new FileStream(new SafeFileHandle(fd, ownsHandle: false), access, bufferSize: 0);
        }
        catch (IOException)
        {
            return Stream.Null;
        }
    }
}
