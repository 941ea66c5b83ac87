using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Linux;
using Sampan.Linux.Native;
using Sampan.Linux.Netlink;

namespace Sampan.Networks;

/// <summary>A network namespace that lives as long as this handle or a process in it.</summary>
public sealed class NetworkSandbox : IDisposable
{
    private const int LoopbackIndex = 1;   // the first interface of every namespace

    private NetworkSandbox(SafeFileHandle handle, RouteSocket route) => (Handle, Route) = (handle, route);

    public SafeFileHandle Handle { get; }

    /// <summary>For config.json, while this process lives: <c>/proc/PID/fd/N</c>.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{Handle.Fd()}");

    /// <summary>Works inside the namespace, whichever thread uses it.</summary>
    internal RouteSocket Route { get; }

    /// <summary>A new namespace with its loopback up. The calling thread is in it for a moment and comes back.</summary>
    /// <exception cref="LinuxException">unshare(2): EPERM without CAP_SYS_ADMIN.</exception>
    internal static NetworkSandbox Create()
    {
        using SafeFileHandle home = Namespaces.Current(NamespaceKinds.Network);
        Namespaces.Unshare(NamespaceKinds.Network);
        SafeFileHandle? handle = null;
        RouteSocket? route = null;
        try
        {
            handle = Namespaces.Current(NamespaceKinds.Network);
            route = new RouteSocket();
            route.SetUp(LoopbackIndex);
            // Interfaces to come get no IPv6 address of their own, as long as the network has no IPv6; loopback keeps ::1.
            if (Files.TryStat(null, "/proc/sys/net/ipv6/conf/default/disable_ipv6", followLinks: false, out _))
                Sysctl.Enable("ipv6/conf/default/disable_ipv6");
            return new NetworkSandbox(handle, route);
        }
        catch
        {
            route?.Dispose();
            handle?.Dispose();
            throw;
        }
        finally
        {
            Return(home);
        }
    }

    public void Dispose()
    {
        Route.Dispose();
        Handle.Dispose();
    }

    private static void Return(SafeFileHandle home)
    {
        try
        {
            Namespaces.Enter(home, NamespaceKinds.Network, "the daemon's own");
        }
        catch (LinuxException error)
        {
            // The thread would go on serving others in the wrong namespace.
            Environment.FailFast($"cannot bring a thread back from a container's network namespace: {error.Message}");
        }
    }
}
