using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Sampan.Faults;
using Sampan.Linux.Native;

namespace Sampan.Linux;

/// <summary>An overlay mount whose directories are too long or too many for fsconfig(2): by mount(2), which takes a page of options, from a tmpfs full of links named
/// "0", "1", … to the directories. So the options stay short whatever the paths are, and the kernel's own limit of layers is the only one. All on a thread with a mount namespace of
/// its own, which ends with it: nothing of this is ever seen on the machine.</summary>
internal static class LinkedOverlay
{
    /// <summary>OVL_MAX_STACK of fs/overlayfs/params.h.</summary>
    private const int MaxLayers = 500;
    private const string Target = "mount";

    /// <returns>Mounted nowhere yet.</returns>
    /// <exception cref="FaultException">InvalidArgument: more layers than the kernel takes. LinuxException of the mount.</exception>
    internal static SafeFileHandle Create(IReadOnlyList<string> options, MountAttribute attributes)
    {
        SafeFileHandle? mount = null;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                mount = CreateHere(options, attributes);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, 256 * 1024) { Name = "overlay mount" };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return mount!;
    }

    private static SafeFileHandle CreateHere(IReadOnlyList<string> options, MountAttribute attributes)
    {
        Namespaces.Unshare(NamespaceKinds.Mount);
        Mounts.Mount(null, "/", null, MountFlags.Recursive | MountFlags.Private);
        using SafeFileHandle links = Mounts.Create("tmpfs", "tmpfs", ["mode=700"]), root = Files.Open("/", OpenFlags.Path | OpenFlags.Directory);
        // Over "/", where it hides nothing: paths are still looked up from the root this thread has.
        Mounts.Attach(links, root, "/");
        if (Libc.fchdir(links.Fd()) < 0) throw LinuxException.FromLastError("fchdir", "cannot enter the folder of links to the layers");
        if (Libc.mkdirat(links.Fd(), Target, 0x1C0 /* 0700 */) < 0) throw LinuxException.FromLastError("mkdirat", "cannot make the place of an overlay mount");
        Mounts.Mount("overlay", Target, "overlay", MountFlags.None, Link(options, links));
        using SafeFileHandle mounted = Files.OpenAt(links, Target, OpenFlags.Path | OpenFlags.Directory);
        SafeFileHandle mount = Mounts.Clone(mounted, recursive: false, "overlay");
        if (attributes != 0) Mounts.SetAttributes(mount, attributes, 0, 0, recursive: false, "overlay");
        return mount;
    }

    private static string Link(IReadOnlyList<string> options, SafeFileHandle links)
    {
        int count = 0;
        string[] linked = [.. options];
        for (int i = 0; i < linked.Length; i++)
            linked[i] = linked[i].Split('=', 2) switch
            {
                ["lowerdir", var layers] => $"lowerdir={string.Join(':', LinkAll(OverlayMount.SplitLayers(layers)))}",
                [("upperdir" or "workdir") and var key, var path] => $"{key}={LinkOne(path)}",
                var other => string.Join('=', other),
            };
        return string.Join(',', linked);

        List<string> LinkAll(List<string> layers) => layers.Count <= MaxLayers ? layers.ConvertAll(LinkOne)
            : throw new FaultException(FaultKind.InvalidArgument, $"cannot mount {layers.Count} layers: overlayfs takes at most {MaxLayers}; merge some of the image's layers");

        string LinkOne(string path)
        {
            string name = count++.ToString(CultureInfo.InvariantCulture);
            if (Libc.symlinkat(path, links.Fd(), name) < 0) throw LinuxException.FromLastError("symlinkat", $"cannot link to '{path}'");
            return name;
        }
    }
}
