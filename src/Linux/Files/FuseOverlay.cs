using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>Overlay mounts in user space, by the program fuse-overlayfs, for where the kernel's cannot stack. One process for each mount; it ends with the mount.
/// We make the FUSE mount and hand the program its connection, so that it, as all mounts here, hangs nowhere in the host's tree.</summary>
public static class FuseOverlay
{
    /// <summary>The type of such mounts, as containerd names it.</summary>
    public const string MountType = "fuse3.fuse-overlayfs";

    private const string Device = "/dev/fuse";
    private static readonly string[] s_places = ["/usr/bin/fuse-overlayfs", "/usr/local/bin/fuse-overlayfs", "/bin/fuse-overlayfs"];

    /// <returns>Null when such mounts can be made, else why not.</returns>
    public static string? WhyNot()
    {
        if (Find() is null) return "the program 'fuse-overlayfs' is not installed (Debian: apt install fuse-overlayfs)";
        using SafeFileHandle? device = Files.TryOpenAt(null, Device, OpenFlags.ReadWrite, 0, out Errno errno);
        return device is null ? $"'{Device}' cannot be opened: {LinuxException.Describe(errno)}" : null;
    }

    /// <param name="options">lowerdir, upperdir and workdir as for <see cref="OverlayMount.Create"/>.</param>
    /// <returns>Mounted nowhere yet; served before this returns.</returns>
    /// <exception cref="FaultException">NotSupported: <see cref="WhyNot"/>. Unavailable: the program failed. LinuxException of the mount.</exception>
    public static SafeFileHandle Create(IReadOnlyList<string> options, MountAttribute attributes = 0)
    {
        if (WhyNot() is { } why) throw new FaultException(FaultKind.NotSupported, $"cannot mount by fuse-overlayfs: {why}");
        using SafeFileHandle connection = Files.Open(Device, OpenFlags.ReadWrite);
        SafeFileHandle mount = Mounts.Create("fuse", "fuse-overlayfs",
            [$"fd={connection.Fd().ToString(CultureInfo.InvariantCulture)}", "rootmode=40000", "user_id=0", "group_id=0", "allow_other", "default_permissions", "subtype=fuse-overlayfs"], attributes);
        try
        {
            Serve(connection, options);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    private static void Serve(SafeFileHandle connection, IReadOnlyList<string> options)
    {
        (SafeFileHandle said, SafeFileHandle saying) = Files.Pipe();
        using (said)
        {
            // libfuse takes "/dev/fd/N" for a mount that is made already. The program goes to the background once it serves.
            using ChildProcess program = Spawn.Start(new SpawnOptions
            {
                Path = Find()!,
                Arguments = ["fuse-overlayfs", "-o", Escaped(options), "/dev/fd/3"],
                Descriptors = new Dictionary<int, SafeFileHandle> { [2] = saying, [3] = connection },
                NewSession = true,
            });
            saying.Dispose();
            ExitStatus status = program.Wait();
            if (status is not { Signaled: false, Code: 0 })
            {
                throw new FaultException(FaultKind.Unavailable,
                    $"cannot mount by fuse-overlayfs: it ended with {status.ShellCode}: {System.Text.Encoding.UTF8.GetString(Files.ReadAll(said, "its error output")).Trim()}");
            }
        }
    }

    private static string Escaped(IReadOnlyList<string> options)
    {
        string[] escaped = [.. options];
        for (int i = 0; i < escaped.Length; i++) escaped[i] = escaped[i].Replace(",", "\\,", StringComparison.Ordinal);
        return string.Join(',', escaped);
    }

    private static string? Find() => Array.Find(s_places, static place => Files.TryStat(null, place, followLinks: true, out _));
}
