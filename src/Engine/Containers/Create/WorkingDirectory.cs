using Sampan.Faults;
using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Engine.Containers.Create;

/// <summary>Makes <c>--workdir</c> in the container's files when the image has none.</summary>
internal static class WorkingDirectory
{
    /// <exception cref="FaultException">InvalidArgument: something else is there, with Docker's text.</exception>
    public static void Make(RootDirectory rootfs, string path)
    {
        try
        {
            rootfs.MakeDirectory(path).Dispose();
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOTDIR)
        {
            throw new FaultException(FaultKind.InvalidArgument, $"Cannot mkdir: {path} is not a directory", error);
        }
    }
}
