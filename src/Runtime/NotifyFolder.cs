using Sampan.Linux.Native;
using Sampan.Specs.Oci.Runtime;

namespace Sampan.Runtime;

/// <summary>The folder in a container's state directory that it sees at /run/notify, for the socket at which it may say that it is ready.
/// The socket comes when somebody listens: before the start.</summary>
internal static class NotifyFolder
{
    internal const string Name = "notify", Socket = "notify.sock";
    private const string InContainer = "/run/notify";

    /// <exception cref="LinuxException">mkdir(2).</exception>
    internal static RuntimeSpec Make(string stateDirectory, RuntimeSpec spec)
    {
        string path = $"{stateDirectory}/{Name}";
        if (Libc.mkdirat(Libc.AT_FDCWD, path, 0x1ED /* 0755 */) < 0) throw LinuxException.FromLastError("mkdir", $"cannot make '{path}'");
        return spec with
        {
            Mounts = [.. spec.Mounts ?? [], new MountSpec { Destination = InContainer, Type = "bind", Source = path, Options = ["bind", "nosuid", "noexec", "nodev", "ro"] }],
            Process = spec.Process! with { Env = [.. spec.Process.Env ?? [], $"NOTIFY_SOCKET={InContainer}/{Socket}"] },
        };
    }
}
