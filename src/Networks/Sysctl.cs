using Sampan.Linux;
using Sampan.Linux.Native;

namespace Sampan.Networks;

/// <summary>Values under <c>/proc/sys/net</c> of the calling thread's network namespace. ip-sysctl.rst</summary>
internal static class Sysctl
{
    /// <exception cref="LinuxException">open(2), write(2): EROFS in a container whose /proc/sys is read-only.</exception>
    public static void Enable(string name)
    {
        string path = $"/proc/sys/net/{name}";
        if (!IsEnabled(name)) Files.WriteValue(path, "1");
    }

    public static bool IsEnabled(string name) => Files.ReadAll($"/proc/sys/net/{name}") is [(byte)'1', ..];
}
